const REQUESTS = 50;
const COUNTERS = ['locked', 'naive'];

const element = (id) => document.getElementById(id);

let shown = { session: null, data: {} };

async function send(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = response.headers.get('Content-Type')?.startsWith('application/json') ? await response.json() : {};
  if (!response.ok) {
    throw new Error(`${method} ${path} was answered with ${response.status}: ${answer.message ?? response.statusText}`);
  }
  return answer;
}

async function refresh() {
  shown = await send('GET', '/session');
  const { session, data, lastSetCookie, store } = shown;
  element('store').textContent = `a ${store}`;
  element('session').textContent = session ?? 'none yet';
  element('visits').textContent = data.visits ?? 0;
  element('login').hidden = data.user !== undefined;
  element('user-area').hidden = data.user === undefined;
  element('user').textContent = data.user ?? '';
  element('data').textContent = JSON.stringify(data, null, 2);
  element('cookie').textContent = lastSetCookie?.replaceAll('; ', ';\n  ') ?? 'none yet';
  element('script-cookie').textContent = document.cookie === '' ? 'nothing, it is HttpOnly' : document.cookie;
  for (const counter of COUNTERS) {
    showCount(counter, data[counter]);
  }
}

function showCount(counter, count) {
  element(counter).textContent = count ?? '–';
  element(`${counter}-bar`).style.width = `${Math.min(100, ((count ?? 0) / REQUESTS) * 100)}%`;
  if (count === undefined) {
    element(`${counter}-verdict`).textContent = '';
  }
}

function judge(counter, answered) {
  const count = shown.data[counter] ?? 0;
  const lost = answered - count;
  const verdict = element(`${counter}-verdict`);
  verdict.textContent = `${answered} answered, ${count} counted, ${lost} lost`;
  verdict.className = `verdict ${lost === 0 ? 'good' : 'bad'}`;
}

async function visit() {
  await send('GET', '/visits');
  await refresh();
  return `Visit ${shown.data.visits}`;
}

async function login() {
  const before = shown.session;
  await send('POST', '/login', { name: element('name').value });
  await refresh();
  element('login').reset();
  return before === null
    ? `The session is ${shown.session}`
    : `The session was ${before} and is ${shown.session} now; the data stayed`;
}

async function logout() {
  await send('POST', '/logout');
  await refresh();
  return 'The session is gone, on the server and in the cookie';
}

async function fire() {
  if (shown.session === null) {
    // Without a session each of the fifty would be a visitor of its own.
    await visit();
  }
  await send('POST', '/counters/reset');
  const answered = {};
  for (const counter of COUNTERS) {
    const requests = Array.from({ length: REQUESTS }, () => send('POST', `/counters/${counter}`));
    const outcomes = await Promise.allSettled(requests);
    answered[counter] = outcomes.filter(({ status }) => status === 'fulfilled').length;
  }
  await refresh();
  COUNTERS.forEach((counter) => judge(counter, answered[counter]));
  return `${REQUESTS} requests were sent to each route`;
}

/** One action at a time, and what came of it in the status line. */
async function act(action) {
  const status = element('status');
  const buttons = [...document.querySelectorAll('button')];
  const focused = document.activeElement;
  buttons.forEach((button) => (button.disabled = true));
  try {
    status.textContent = await action();
    status.className = 'note';
  } catch (error) {
    status.textContent = error.message;
    status.className = 'note error';
  } finally {
    buttons.forEach((button) => (button.disabled = false));
    focused?.focus();
  }
}

element('curl').textContent = `curl -c jar -b jar ${location.origin}/visits
curl -c jar -b jar -d name=Ann ${location.origin}/login
curl -c jar -b jar ${location.origin}/session
seq ${REQUESTS} | xargs -P ${REQUESTS} -I _ curl -s -b jar -X POST ${location.origin}/counters/naive
curl -c jar -b jar -X POST ${location.origin}/logout`;

element('visit').addEventListener('click', () => act(visit));
element('logout').addEventListener('click', () => act(logout));
element('fire').addEventListener('click', () => act(fire));
element('login').addEventListener('submit', (event) => {
  event.preventDefault();
  void act(login);
});

void act(visit);

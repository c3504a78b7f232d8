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
  const { data, lastSetCookie, store } = shown;
  element('store').textContent = `a ${store}`;
  element('visits').textContent = data.visits ?? 0;
  element('login').hidden = data.user !== undefined;
  element('user-area').hidden = data.user === undefined;
  element('user').textContent = data.user ?? '';
  element('data').textContent = JSON.stringify(data, null, 2);
  element('cookie').textContent = lastSetCookie?.replaceAll('; ', ';\n  ') ?? 'no cookie';
  element('script-cookie').textContent = document.cookie === '' ? 'nothing' : document.cookie;
  for (const counter of COUNTERS) {
    showCount(counter, data[counter] ?? 0);
    if (data[counter] === undefined) {
      element(`${counter}-verdict`).textContent = '';
    }
  }
}

function showCount(counter, count) {
  element(counter).textContent = count;
  element(`${counter}-bar`).style.width = `${Math.min(100, (count / REQUESTS) * 100)}%`;
}

function judge(counter, answered) {
  const lost = answered - (shown.data[counter] ?? 0);
  const verdict = element(`${counter}-verdict`);
  verdict.textContent = `${answered} answered, ${lost} lost`;
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
  return before === null || before === shown.session ? 'A new session' : 'The session has a new id; the data stayed';
}

async function logout() {
  await send('POST', '/logout');
  await refresh();
  return 'The session is gone, on the server and in the browser';
}

async function fire(tell) {
  if (shown.session === null) {
    // Without a session each of the fifty would be a visitor of its own.
    await visit();
  }
  await send('POST', '/counters/reset');
  await refresh();
  const answered = { locked: 0, naive: 0 };
  for (const counter of COUNTERS) {
    const requests = Array.from({ length: REQUESTS }, async () => {
      const answer = await send('POST', `/counters/${counter}`);
      answered[counter] += 1;
      showCount(counter, answer[counter]);
      tell(`${answered.locked + answered.naive} of ${2 * REQUESTS} are answered`);
    });
    await Promise.allSettled(requests);
  }
  await refresh();
  COUNTERS.forEach((counter) => judge(counter, answered[counter]));
  return `${REQUESTS} requests were sent to each route`;
}

/** One action at a time, and what came of it beside its button. */
async function act(statusId, action) {
  const status = element(statusId);
  const buttons = [...document.querySelectorAll('button')];
  const focused = document.activeElement;
  const tell = (text) => (status.textContent = text);
  // What another action told may no longer be true.
  document.querySelectorAll('[role="status"]').forEach((other) => (other.textContent = ''));
  buttons.forEach((button) => (button.disabled = true));
  status.className = 'note';
  try {
    tell(await action(tell));
  } catch (error) {
    tell(error.message);
    status.className = 'note error';
  } finally {
    buttons.forEach((button) => (button.disabled = false));
    focused?.focus();
  }
}

async function copy(button) {
  const text = element(button.dataset.copies).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    // Browsers refuse it to pages that are neither secure nor local: then the text is selected.
    getSelection().selectAllChildren(element(button.dataset.copies));
    button.textContent = 'Selected';
  }
  setTimeout(() => (button.textContent = 'Copy'), 2_000);
}

for (const counter of COUNTERS) {
  element(`curl-${counter}`).textContent =
    `curl -s -c jar ${location.origin}/visits && ` +
    `seq ${REQUESTS} | xargs -P ${REQUESTS} -I _ curl -s -b jar -X POST ${location.origin}/counters/${counter}; ` +
    `curl -s -b jar ${location.origin}/session`;
}

element('visit').addEventListener('click', () => act('visit-status', visit));
element('logout').addEventListener('click', () => act('login-status', logout));
element('fire').addEventListener('click', () => act('fire-status', fire));
element('login').addEventListener('submit', (event) => {
  event.preventDefault();
  void act('login-status', login);
});
document.querySelectorAll('[data-copies]').forEach((button) => button.addEventListener('click', () => copy(button)));

void act('visit-status', visit);

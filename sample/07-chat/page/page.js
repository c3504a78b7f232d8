/** The server closes a socket with this code when its session has ended. */
const LOGGED_OUT = 4401;

const element = (id) => document.getElementById(id);

let socket;

async function send(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`${method} ${path} was answered with ${response.status}`);
  }
  return response.status === 204 ? {} : response.json();
}

function show(user, status) {
  element('login').hidden = user !== null;
  element('chat').hidden = user === null;
  element('user').textContent = user ?? '';
  element('status').textContent = status;
}

function connect(user) {
  socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/chat`);
  socket.addEventListener('message', ({ data }) => hear(JSON.parse(data)));
  socket.addEventListener('close', ({ code, reason }) => {
    if (code === LOGGED_OUT) {
      element('messages').replaceChildren();
      show(null, `You are logged out: the session has ${reason}`);
    } else {
      show(user, 'The connection was lost: load the page again');
    }
  });
}

function hear({ event, data }) {
  switch (event) {
    case 'welcome':
      show(data, `Connected as ${data}`);
      break;
    case 'message': {
      const line = document.createElement('li');
      line.textContent = `${data.user}: ${data.text}`;
      element('messages').append(line);
      break;
    }
    case 'said':
      element('said').textContent = data;
      break;
    case 'exception':
      element('status').textContent = data.message;
  }
}

async function act(action) {
  try {
    await action();
  } catch (error) {
    element('status').textContent = error.message;
  }
}

async function begin() {
  const { user } = await send('GET', '/me');
  show(user, '');
  if (user !== null) {
    connect(user);
  }
}

element('login').addEventListener('submit', (event) => {
  event.preventDefault();
  void act(async () => {
    await send('POST', '/login', { name: element('name').value });
    element('login').reset();
    await begin();
  });
});

element('say').addEventListener('submit', (event) => {
  event.preventDefault();
  socket.send(JSON.stringify({ event: 'say', data: element('text').value }));
  element('say').reset();
});

element('logout').addEventListener('click', () => void act(() => send('POST', '/logout')));

void act(begin);

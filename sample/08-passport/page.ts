import type { User } from './local.strategy.js';

export interface View {
  readonly user: User | undefined;
  readonly messages: readonly string[];
  readonly token: string;
}

/** The page as HTML; it has no scripts. */
export function page({ user, messages, token }: View): string {
  const hidden = `<input type="hidden" name="_csrf" value="${escaped(token)}">`;
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>passport on nestjs-sessions</title>
  <style>
    body { max-width: 30rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color-scheme: light dark; }
    form { display: grid; gap: 0.75rem; }
    label { display: grid; gap: 0.25rem; }
    input, button { font: inherit; padding: 0.5rem; }
  </style>
</head>
<body>
  <h1>passport on nestjs-sessions</h1>
  ${messages.map((message) => `<p role="status">${escaped(message)}</p>`).join('\n  ')}
  ${
    user === undefined
      ? `<form method="post" action="/login">
    ${hidden}
    <label>Name <input name="username" required autocomplete="username"></label>
    <label>Password <input name="password" type="password" required autocomplete="current-password"></label>
    <button>Log in</button>
  </form>
  <p>Any name will do, with the password <code>secret</code>.</p>`
      : `<p>You are <strong>${escaped(user.name)}</strong>.</p>
  <form method="post" action="/logout">
    ${hidden}
    <button>Log out</button>
  </form>`
  }
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../', import.meta.url));
const samples = readdirSync(`${root}sample`);
const runnable = samples.filter((name) => existsSync(`${root}sample/${name}/tsconfig.build.json`));

function json<T>(path: string): T {
  const { config } = ts.readConfigFile(root + path, ts.sys.readFile) as { config: T };
  return config;
}

const { scripts } = json<{ scripts: Record<string, string> }>('package.json');

describe.each(runnable)('sample/%s', (name) => {
  it('is built to where nest start looks for it', () => {
    const { projects } = json<{ projects: Record<string, object> }>('nest-cli.json');
    const { compilerOptions } = json<{ compilerOptions: object }>(`sample/${name}/tsconfig.build.json`);

    expect(projects[name]).toMatchObject({
      root: `sample/${name}`,
      sourceRoot: `sample/${name}`,
      compilerOptions: { tsConfigPath: `sample/${name}/tsconfig.build.json` },
    });
    expect(compilerOptions).toMatchObject({ rootDir: '.', outDir: `../../build/${name}` });
    expect(existsSync(`${root}sample/${name}/main.ts`)).toBe(true);
  });

  it('is started by one command, which docs/samples.md names', () => {
    const [command] = Object.keys(scripts).filter(
      (script) => scripts[script] === `npm run build && nest start ${name}`,
    );

    expect(readFileSync(`${root}docs/samples.md`, 'utf8')).toContain(
      command === 'start' ? 'npm start' : `npm run ${command}`,
    );
  });
});

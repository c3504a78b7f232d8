import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

interface Manifest {
  readonly name: string;
  readonly type: string;
  readonly engines: { readonly node: string };
  readonly repository: { readonly url: string };
  readonly bugs: { readonly url: string };
  readonly homepage: string;
  readonly publishConfig: object;
  readonly main: string;
  readonly types: string;
  readonly typesVersions: object;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const optionalPeers = Object.keys(manifest.peerDependenciesMeta ?? {});

/** The subpaths that hold code: all but `./package.json`. */
const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ subpath, target, source: sourceOf(target['default'] ?? '') }],
);

function sourceOf(target: string): string {
  return join(root, target.replace(/^\.\/dist\//, 'lib/').replace(/\.js$/, '.ts'));
}

function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map((imported) => imported.fileName);
}

/** `@scope/name` or `name` of a specifier that leads out of the package; undefined for its own files and for Node's. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}

function packagesOf(file: string): string[] {
  return importsOf(file)
    .map(packageOf)
    .filter((name) => name !== undefined);
}

/** `file` and all files of the package that it leads to. */
function reachableFrom(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const specifier of importsOf(file).filter((imported) => imported.startsWith('.'))) {
    reachableFrom(join(dirname(file), specifier.replace(/\.js$/, '.ts')), seen);
  }
  return seen;
}

async function libFiles(): Promise<string[]> {
  const names = await readdir(join(root, 'lib'), { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(root, 'lib', name));
}

describe('package.json', () => {
  it('declares every package that the library imports', async () => {
    const declared = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);

    const undeclared = (await libFiles()).flatMap((file) =>
      packagesOf(file)
        .filter((name) => !declared.has(name))
        .map((name) => `${relative(root, file)} imports ${name}`),
    );

    expect(undeclared).toEqual([]);
  });

  it('declares no package that the library does not use', async () => {
    const used = new Set((await libFiles()).flatMap(packagesOf));
    // Nest's own needs, which every application of Nest declares: its decorators and the platform that it runs on.
    const ofNest = ['reflect-metadata', '@nestjs/core', '@nestjs/platform-express', '@nestjs/platform-fastify'];
    // Clients that the application makes and gives to RedisStore, which knows them by their members.
    const given = ['ioredis', 'iovalkey', 'redis'];

    const unused = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
      (name) => !used.has(name) && ![...ofNest, ...given].includes(name),
    );

    expect(unused).toEqual([]);
  });

  it('lets the tests run with every peer', () => {
    expect(Object.keys(manifest.devDependencies)).toEqual(
      expect.arrayContaining(Object.keys(manifest.peerDependencies)),
    );
  });

  it('has optional peers that are peers', () => {
    expect(Object.keys(manifest.peerDependencies)).toEqual(expect.arrayContaining(optionalPeers));
  });

  it.each(['.', './testing'])('needs no optional peer for %s', (subpath) => {
    const source = entries.find((entry) => entry.subpath === subpath)?.source ?? '';

    const needed = [...reachableFrom(source)].flatMap((file) =>
      packagesOf(file)
        .filter((name) => optionalPeers.includes(name))
        .map((name) => `${relative(root, file)} imports ${name}`),
    );

    expect(needed).toEqual([]);
  });

  it.each(entries)('exports $subpath with its types first, then its code, from a source that exists', (entry) => {
    expect(Object.keys(entry.target)).toEqual(['types', 'default']);
    expect(entry.target['types']).toBe(entry.target['default']?.replace(/\.js$/, '.d.ts'));
    expect(existsSync(entry.source)).toBe(true);
  });

  it('exports the same names that tsconfig.json maps to the sources', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as {
      config: { compilerOptions: { paths: Record<string, string[]> } };
    };

    const expected = entries.map(({ subpath, source }) => [
      `${manifest.name}${subpath.slice(1)}`,
      [`./${relative(root, source)}`],
    ]);

    expect(config.compilerOptions.paths).toEqual(Object.fromEntries(expected));
  });

  it('shows the same types to a TypeScript that does not read exports', () => {
    const subpaths = entries.filter(({ subpath }) => subpath !== '.');

    const expected = subpaths.map(({ subpath, target }) => [subpath.replace('./', ''), [target['types']]]);

    expect(manifest.typesVersions).toEqual({ '*': Object.fromEntries(expected) });
    expect([manifest.types, manifest.main]).toEqual(Object.values(manifest.exports['.'] ?? {}));
  });

  it('asks for a Node.js that can require() it, as it is ESM only', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.engines.node).toBe('^20.19.0 || ^22.12.0 || >=24.0.0');
  });

  it('names one repository: its page, and where bugs go', () => {
    const page = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

    expect(page).toMatch(/^https:\/\/github\.com\/[\w-]+\/nestjs-sessions$/);
    expect([manifest.homepage, manifest.bugs.url]).toEqual([`${page}#readme`, `${page}/issues`]);
  });

  it('is published for everybody, with its provenance', () => {
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
  });
});

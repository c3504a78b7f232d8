import { SessionObject } from 'nestjs-sessions';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as errors from '../lib/errors/index.js';
import { resolveOptions } from '../lib/options/sessions-options.js';
import { actualDefault, declaredOptions, documentedDefault } from './support/documents/documented-options.js';
import { anchorsOf, codeBlocks, codeSpans, linksOf, tableUnder } from './support/documents/markdown.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const readme = readText('README.md');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'test/ancestor-defects.md',
  'test/faults.md',
  'test/mutation.md',
  'test/security-requirements.md',
  'test/shapes.md',
];
/** Where the files are that documents name. */
const PLACES = ['.', 'lib', 'lib/session', 'test'];

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Blocks that show a part of a class are indented less than it is. */
function withoutIndentation(text: string): string {
  return text.replaceAll(/^[ ]+/gm, '');
}

describe('README.md', () => {
  it('has links within itself to headings that exist only', () => {
    const targets = linksOf(readme).filter((link) => link.startsWith('#'));

    expect(targets.filter((target) => !anchorsOf(readme).includes(target.slice(1)))).toEqual([]);
    expect(targets).not.toHaveLength(0);
  });

  it('shows TypeScript only that is compiled and run as a part of the samples', () => {
    const sources = filesUnder('sample')
      .filter((path) => path.endsWith('.ts'))
      .map((path) => withoutIndentation(readFileSync(path, 'utf8')));

    const strangers = codeBlocks(readme, 'ts').filter(
      (block) => !sources.some((source) => source.includes(withoutIndentation(block))),
    );

    expect(strangers).toEqual([]);
  });

  it('names commands of package.json only', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const commands = readme.matchAll(/npm (?:run )?(start(?::[\w-]+)?|test|\w+-check|build|lint)\b/g);

    expect([...commands].map((match) => match[1]).filter((name) => !Object.hasOwn(scripts, name!))).toEqual([]);
  });

  it('lists each option once, and no other', () => {
    const listed = tableUnder(readme, 'Options').flatMap(([option = '']) => codeSpans(option));

    expect(listed.toSorted()).toEqual(declaredOptions().toSorted());
  });

  it.each(tableUnder(readme, 'Options'))('gives the default of %s as %s', (option, value) => {
    const [name = ''] = codeSpans(option);
    const [code] = codeSpans(value);

    expect(documentedDefault(code)).toEqual(actualDefault(resolveOptions(), name));
  });

  it('lists each member of the session, and no other', () => {
    const listed = tableUnder(readme, 'The session object').flatMap(([members = '']) =>
      codeSpans(members).map((member) => member.replace(/\(.*\)$/, '')),
    );
    const members = Reflect.ownKeys(SessionObject.prototype)
      .filter((member) => member !== 'constructor')
      .map((member) => (typeof member === 'symbol' ? `[${member.description}]` : member));

    expect(listed.toSorted()).toEqual(members.toSorted());
  });

  it('lists each error with its code, and no other', () => {
    const listed = tableUnder(readme, 'Errors').map(([name = '', code = '']) => [
      codeSpans(name)[0],
      codeSpans(code)[0],
    ]);
    const sources = filesUnder('lib/errors').map((path) => readFileSync(path, 'utf8'));
    const codes = Object.keys(errors)
      .filter((name) => name !== 'SessionsError')
      .map((name) => {
        const source = sources.find((text) => text.includes(`class ${name} `)) ?? '';
        return [name, /code = '(\w+)'/.exec(source)?.[1]];
      });

    expect(listed.toSorted()).toEqual(codes.toSorted());
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readText(document);

  it('has relative links to what exists only', () => {
    const targets = linksOf(text).filter((link) => !/^(https?:|#)/.test(link));
    const folder = dirname(join(root, document));

    expect(targets.filter((target) => !existsSync(join(folder, target.split('#')[0]!)))).toEqual([]);
  });

  it('names files that exist only, those of applications (src) aside', () => {
    const prose = text.replaceAll(/^```[^]*?^```$/gm, '');
    const paths = codeSpans(prose).filter((code) => /^(?!src\/)[\w-]+\/[\w./-]+\.(ts|js|sql|md)$/.test(code));

    expect(paths.filter((path) => !PLACES.some((place) => existsSync(join(root, place, path))))).toEqual([]);
  });
});

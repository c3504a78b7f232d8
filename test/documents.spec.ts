import { SessionObject } from 'nestjs-sessions';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import * as errors from '../lib/errors/index.js';
import { resolveOptions } from '../lib/options/sessions-options.js';
import { actualDefault, declaredOptions, documentedDefault } from './support/documents/documented-options.js';
import { anchorsOf, codeBlocks, codeSpans, linksOf, tableUnder } from './support/documents/markdown.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const { repository, scripts } = JSON.parse(readText('package.json')) as {
  readonly repository: { readonly url: string };
  readonly scripts: Readonly<Record<string, string>>;
};

/** What users read, but for what is generated. */
const PAGES = ['README.md', ...filesUnder('docs').filter((path) => /^docs\/(?!api\/).*\.md$/.test(path))];
/** Those in the package, so that their links lead to others of them, or to the code host. */
const PACKED = [...PAGES, 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];
const DOCUMENTS = [...PACKED, ...filesUnder('test', { recursive: false }).filter((path) => path.endsWith('.md'))];
const OPTIONS = tableUnder(readText('docs/options.md'), 'Options');
/** Where the files are that documents name. */
const PLACES = ['.', 'lib', 'lib/session', 'lib/stores', 'test'];
/** The place of a file of the repository at the code host. */
const HOSTED = new RegExp(`^${repository.url.replace(/^git\+|\.git$/g, '')}/(?:blob|tree)/main/`);

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function filesUnder(folder: string, { recursive = true } = {}): string[] {
  return readdirSync(join(root, folder), { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Blocks that show a part of a class are indented less than it is. */
function withoutIndentation(text: string): string {
  return text.replaceAll(/^[ ]+/gm, '');
}

/** The file of the repository that a link of this document leads to, and the heading in it; undefined for other sites. */
function targetOf(link: string, document: string): { readonly path: string; readonly heading: string } | undefined {
  const [address = '', heading = ''] = link.split('#');
  if (address === '') return { path: document, heading };
  if (HOSTED.test(address)) return { path: address.replace(HOSTED, ''), heading };
  return /^https?:/.test(address) ? undefined : { path: join(dirname(document), address), heading };
}

/** Whether there is nothing at the end of the link. */
function isDead(link: string, document: string): boolean {
  const target = targetOf(link, document);
  if (target === undefined) return false;
  if (!existsSync(join(root, target.path))) return true;
  return target.heading !== '' && !anchorsOf(readText(target.path)).includes(target.heading);
}

describe('The tables of the documentation', () => {
  it('list each option once, and no other', () => {
    const listed = OPTIONS.flatMap(([option = '']) => codeSpans(option));

    expect(listed.toSorted()).toEqual(declaredOptions().toSorted());
  });

  it.each(OPTIONS)('give the default of %s as %s', (option, value) => {
    const [name = ''] = codeSpans(option);
    const [code] = codeSpans(value);

    expect(documentedDefault(code)).toEqual(actualDefault(resolveOptions(), name));
  });

  it('give the options of the README the defaults that all options have', () => {
    const short = tableUnder(readText('README.md'), 'Ten options');
    const defaults = new Map(OPTIONS.map(([option = '', value = '']) => [option, value]));

    expect(short).toHaveLength(10);
    expect(short.filter(([option = '', value]) => defaults.get(option) !== value)).toEqual([]);
  });

  it('list each member of the session, and no other', () => {
    const listed = tableUnder(readText('docs/session.md'), 'The session object').flatMap(([members = '']) =>
      codeSpans(members).map((member) => member.replace(/\(.*\)$/, '')),
    );
    const members = Reflect.ownKeys(SessionObject.prototype)
      .filter((member) => member !== 'constructor')
      .map((member) => (typeof member === 'symbol' ? `[${member.description}]` : member));

    expect(listed.toSorted()).toEqual(members.toSorted());
  });

  it('list each error with its code, and no other', () => {
    const listed = tableUnder(readText('docs/errors.md'), 'Errors').map(([name = '', code = '']) => [
      codeSpans(name)[0],
      codeSpans(code)[0],
    ]);
    const sources = filesUnder('lib/errors').map(readText);
    const codes = Object.keys(errors)
      .filter((name) => name !== 'SessionsError')
      .map((name) => {
        const source = sources.find((text) => text.includes(`class ${name} `)) ?? '';
        return [name, /code = '(\w+)'/.exec(source)?.[1]];
      });

    expect(listed.toSorted()).toEqual(codes.toSorted());
  });
});

describe('The recipe for Jest', () => {
  it('has the same settings as JSON and as JavaScript', () => {
    const [json = ''] = codeBlocks(readText('docs/testing.md'), 'json');
    const [script = ''] = codeBlocks(readText('docs/testing.md'), 'js');
    const config = { exports: {} };
    runInNewContext(script, { module: config });

    expect(config.exports).toMatchObject(JSON.parse(json) as object);
  });
});

describe.each(PAGES)('%s', (page) => {
  const text = readText(page);

  it('shows TypeScript only that is compiled and run as a part of the samples', () => {
    const sources = filesUnder('sample')
      .filter((path) => path.endsWith('.ts'))
      .map((path) => withoutIndentation(readText(path)));

    const strangers = codeBlocks(text, 'ts').filter(
      (block) => !sources.some((source) => source.includes(withoutIndentation(block))),
    );

    expect(strangers).toEqual([]);
  });

  it('names commands of package.json only', () => {
    const commands = text.matchAll(/npm (?:run )?(start(?::[\w-]+)?|test|\w+-check|build|lint)\b/g);

    expect([...commands].map((match) => match[1]).filter((name) => !Object.hasOwn(scripts, name!))).toEqual([]);
  });
});

describe.each(PACKED)('%s', (document) => {
  it('links to pages, to the code host, and to files of the package only', () => {
    const packed = /^(docs\/|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md|LICENSE|sql\/)/;
    const targets = linksOf(readText(document)).filter((link) => !/^(https?:|#)/.test(link));

    expect(targets.filter((link) => !packed.test(targetOf(link, document)?.path ?? ''))).toEqual([]);
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readText(document);

  it('has no dead links', () => {
    expect(linksOf(text).filter((link) => isDead(link, document))).toEqual([]);
  });

  it('names files that exist only, those of applications (src) aside', () => {
    const prose = text.replaceAll(/^```[^]*?^```$/gm, '');
    const paths = codeSpans(prose).filter((code) => /^(?!src\/)[\w-]+\/[\w./-]+\.(ts|js|sql|md)$/.test(code));

    expect(paths.filter((path) => !PLACES.some((place) => existsSync(join(root, place, path))))).toEqual([]);
  });
});

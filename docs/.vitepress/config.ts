import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const docs = fileURLToPath(new URL('../', import.meta.url));
const { description, exports, repository } = JSON.parse(readFileSync(`${docs}../package.json`, 'utf8')) as {
  readonly description: string;
  readonly exports: object;
  readonly repository: { readonly url: string };
};

export default defineConfig({
  title: 'nestjs-sessions',
  description,
  outDir: '../build/docs',
  cacheDir: '../build/vitepress',
  cleanUrls: true,
  // A dead link ends the build.
  ignoreDeadLinks: false,
  // Browsers ask for one: there is none.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  transformPageData: ({ relativePath, frontmatter }) => {
    // A page of one section has no outline, whose column its tables can use.
    const hasOutline = /^##+ /m.test(readFileSync(docs + relativePath, 'utf8'));
    // Of the reference, members are enough: each has headings of its own.
    const outline = relativePath.startsWith('api/') ? [2, 3] : 'deep';
    return { frontmatter: { ...frontmatter, aside: hasOutline, outline } };
  },
  themeConfig: {
    search: {
      provider: 'local',
      // What explains comes before what lists.
      options: {
        miniSearch: { searchOptions: { boostDocument: (page: string) => (page.startsWith('/api/') ? 0.1 : 1) } },
      },
    },
    socialLinks: [{ icon: 'github', link: repository.url.replace(/^git\+|\.git$/g, '') }],
    sidebar: [
      {
        text: 'Using it',
        items: pages('getting-started', 'options', 'session', 'login', 'locking', 'errors', 'testing', 'samples'),
      },
      {
        text: 'Stores',
        items: [...pages('stores/index', 'which-store'), ...folder('stores'), ...pages('custom-store')],
      },
      {
        text: 'Running it',
        items: pages('deployment', 'healing', 'compatibility', 'security', 'performance', 'guarantees'),
      },
      { text: 'Recipes', items: folder('recipes') },
      { text: 'Coming from', items: folder('coming-from') },
      { text: 'API reference', collapsed: true, items: entries() },
    ],
  },
});

/** The entries of the package, as TypeDoc writes their pages. */
function entries(): { text: string; link: string }[] {
  return Object.keys(exports)
    .filter((subpath) => !['./express', './package.json'].includes(subpath))
    .map((subpath) => `nestjs-sessions${subpath.slice(1)}`)
    .map((text) => ({ text, link: `/api/${text}/` }));
}

/** The pages of a folder but its index, by their names. */
function folder(name: string): { text: string; link: string }[] {
  const files = readdirSync(`${docs}${name}`).filter((file) => file.endsWith('.md') && file !== 'index.md');
  return pages(...files.toSorted().map((file) => `${name}/${file.replace(/\.md$/, '')}`));
}

/** An entry is called as its page calls itself. */
function pages(...names: string[]): { text: string; link: string }[] {
  return names.map((name) => {
    const [, text = name] = /^# (.+)$/m.exec(readFileSync(`${docs}${name}.md`, 'utf8')) ?? [];
    return { text, link: `/${name.replace(/index$/, '')}` };
  });
}

import { dirname, relative, resolve, sep } from 'node:path';

/**
 * The direction of imports as a table: what the files of a folder may import. A relative import is compared as the path of its
 * file below the root of the table, so a rule reads the same from every depth of the tree.
 */
export const importDirections = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: {
          root: { type: 'string' },
          table: { type: 'array', items: { type: 'object' } },
        },
        required: ['root', 'table'],
      },
    ],
    messages: { forbidden: '{{ from }} may not import {{ imported }}: {{ rule }}' },
  },
  create(context) {
    const [{ root, table }] = context.options;
    const from = pathBelow(root, context.filename);
    const row = table.find(({ files }) => from.startsWith(files));

    function check(node) {
      const specifier = node.source?.value;
      if (row === undefined || typeof specifier !== 'string') {
        return;
      }
      const imported = specifier.startsWith('.')
        ? pathBelow(root, resolve(dirname(context.filename), specifier))
        : specifier;
      if (!row.may.some((allowed) => isAllowed(imported, allowed))) {
        context.report({ node, messageId: 'forbidden', data: { from, imported, rule: row.rule } });
      }
    }

    return { ImportDeclaration: check, ExportNamedDeclaration: check };
  },
};

function pathBelow(root, file) {
  return relative(root, file).split(sep).join('/');
}

/** A folder ends with `/`, a package may be followed by one of its subpaths. */
function isAllowed(imported, allowed) {
  return imported === allowed || imported.startsWith(/[/:]$/.test(allowed) ? allowed : `${allowed}/`);
}

/*
 * `npm run type-check`: checks the library with its tests, and each sample. A sample has a program of its own, because its
 * `SessionData` must not be that of the others. All share what they have parsed, and the library is checked once: `tsc -p` for each
 * takes three times as long.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = dirname(import.meta.dirname);
const samples = readdirSync(join(root, 'sample')).map((name) => join(root, 'sample', name));
const parsed = new Map();

const found = [root, ...samples].flatMap(check);
const host = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: ts.sys.getCurrentDirectory,
  getNewLine: () => '\n',
};
console.log(ts.formatDiagnosticsWithColorAndContext(found, host));
process.exitCode = found.length > 0 ? 1 : 0;

/** What is wrong in the files of one folder, and in its configuration. */
function check(folder) {
  const { fileNames, options, errors } = configOf(folder);
  const program = ts.createProgram({ rootNames: fileNames, options, host: sharingHost(options) });
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${folder}/`));
  return [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...program.getDeclarationDiagnostics(file),
    ]),
  ];
}

function configOf(folder) {
  const file = join(folder, 'tsconfig.json');
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  const content = ts.parseJsonConfigFileContent(config ?? {}, ts.sys, folder, undefined, file);
  return error === undefined ? content : { ...content, errors: [error, ...content.errors] };
}

/** All have the same options, so that a file that one has parsed is the same for the others. */
function sharingHost(options) {
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  return {
    ...host,
    getSourceFile: (name, ...rest) => {
      if (!parsed.has(name)) parsed.set(name, parse(name, ...rest));
      return parsed.get(name);
    },
  };
}

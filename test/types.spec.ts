import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * What the compiler says to the files of a project. Each is a program of its own, because what one adds to `SessionData` is
 * there for all files of a program.
 */
function complaintsAbout(project: string): string[] {
  const path = fileURLToPath(new URL(`types/${project}/tsconfig.json`, import.meta.url));
  const config = ts.getParsedCommandLineOfConfigFile(
    path,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  const program = ts.createProgram(config?.fileNames ?? [], config?.options ?? {});
  const diagnostics = program
    .getRootFileNames()
    .flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)));
  expect(program.getRootFileNames().length).toBeGreaterThan(0);
  return diagnostics.map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `${file?.fileName ?? project}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

function fail(diagnostic: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}

describe('The types', () => {
  it('of a session whose keys are declared: a mistyped key or value does not compile', () => {
    expect(complaintsAbout('augmented')).toEqual([]);
  });

  it('of a session whose keys are not: any string, and any value', () => {
    expect(complaintsAbout('plain')).toEqual([]);
  });
});

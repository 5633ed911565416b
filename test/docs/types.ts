import ts from "typescript";

/** What TypeScript has to say about files, with this package's own options. */
export function typeErrors(files: readonly string[]): string[] {
  const { config } = ts.readConfigFile("tsconfig.json", (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  // Of the options those that say how this package writes its own sources are no business of a reader's.
  const program = ts.createProgram(files, {
    ...options,
    isolatedDeclarations: false,
    declaration: false,
    noUnusedLocals: false,
  });
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    return `${diagnostic.file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`;
  });
}

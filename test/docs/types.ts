import ts from "typescript";

/** The errors that TypeScript finds in files, with this package's own options. */
export function typeErrors(files: readonly string[]): string[] {
  const { config } = ts.readConfigFile("tsconfig.json", (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  // Options about how this package writes its own sources do not concern a reader.
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

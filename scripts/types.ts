// Checks the types of every package, as `tsc -p packages/NAME` does: each with the types of its platform alone. One
// process checks them all, so that the compiler starts once, and reads a library once although many packages use it.
// Prints one line of JSON for each package: its name, and the compiler's errors.
import { readdirSync } from "node:fs";
import ts from "typescript";
import { root } from "./command.ts";

const registry = ts.createDocumentRegistry();
const libraries = new Map<string, ts.SourceFile | undefined>();

for (const name of readdirSync(`${root}/packages`)) {
  console.log(JSON.stringify({ name, errors: errorsOf(`${root}/packages/${name}/tsconfig.json`) }));
}

function errorsOf(project: string): string {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }: ts.Diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
    },
  };
  const { options, fileNames, errors } = ts.getParsedCommandLineOfConfigFile(project, {}, host)!;
  const program = ts.createProgram({
    rootNames: fileNames,
    options,
    host: sharingHost(options),
    configFileParsingDiagnostics: errors,
  });
  return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), {
    getCanonicalFileName: (file) => file,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  });
}

/** Shares declarations among programs whose options do not change how these are read. */
function sharingHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const kind = registry.getKeyForCompilationSettings(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, how, ...rest) => {
    if (!/\.d\.[cm]?ts$/.test(file)) return getSourceFile(file, how, ...rest);
    const format = typeof how === "object" ? how.impliedNodeFormat : undefined;
    const key = `${kind} ${format} ${file}`;
    if (!libraries.has(key)) libraries.set(key, getSourceFile(file, how, ...rest));
    return libraries.get(key);
  };
  return host;
}

import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { root } from "./code-blocks.ts";

/** A name that a package exports. */
export interface PackageExport {
  /** The folder of the package. */
  package: string;
  /** The source file of the entry that exports it. */
  file: string;
  name: string;
  /** Where it is declared. */
  symbol: ts.Symbol;
}

const config = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile).config;
export const compilerOptions = {
  ...ts.parseJsonConfigFileContent(config, ts.sys, root).options,
  noEmit: true,
};

/** Every export of every entry of every package, types included. */
export function packageExports(): { exports: PackageExport[]; checker: ts.TypeChecker } {
  const entries = globSync("packages/*/package.json", { cwd: root }).sort().flatMap(entriesOf);
  const program = ts.createProgram({ rootNames: entries.map(({ file }) => file), options: compilerOptions });
  const checker = program.getTypeChecker();
  const exports = entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry.file)!)!;
    return checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      return { ...entry, name: exported.name, symbol };
    });
  });
  return { exports, checker };
}

/** The source file of each entry of a package. */
function entriesOf(manifest: string): { package: string; file: string }[] {
  const folder = manifest.split(/[\\/]/)[1]!;
  const { exports } = JSON.parse(readFileSync(`${root}/${manifest}`, "utf8"));
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith(".json"))
    .map((entry) => `${root}/packages/${folder}/src/${entry === "." ? "index" : entry.slice(2)}.ts`)
    .map((file) => ({ package: folder, file }));
}

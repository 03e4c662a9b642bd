import { readFileSync } from "node:fs";
import ts from "typescript";
import { root } from "./code-blocks.ts";
import { compilerOptions, packageExports } from "./package-exports.ts";

/** An option that a function of a package takes. */
export interface TakenOption {
  /** The folder of the package. */
  package: string;
  name: string;
  /** The functions that take it, such as `resource`. */
  takenBy: string[];
  /** The type of the object that it is a member of, as an expression for a file at the root: for the examples. */
  types: string[];
}

/** A row of a table of options. */
export interface OptionRow {
  what: string;
  default: string;
  example: string;
  /** True for a whole program, which another test runs. */
  runs: boolean;
}

/** The names that a parameter has in this project when it is an object of options. */
const OPTIONS = /^(options|opts|policy|limits)$/;

/** Every option of every exported function, and of every method of an exported interface, read from the types. */
export function takenOptions(): TakenOption[] {
  const { exports, checker } = packageExports();
  const found = new Map<string, TakenOption>();
  for (const exported of exports) {
    for (const { name, at } of optionsOf(exported.symbol, checker)) {
      const key = `${exported.package} ${name}`;
      const option = found.get(key) ?? { package: exported.package, name, takenBy: [], types: [] };
      found.set(key, option);
      option.takenBy.push(exported.name);
      if (at !== undefined) option.types.push(at.of(`typeof import("${exported.file}").${exported.name}`));
    }
  }
  return [...found.values()];
}

/** An option of an export. `at` gives the type of the parameter, from that of the function; methods have none. */
interface Member {
  name: string;
  at?: { of(functionType: string): string };
}

function optionsOf(symbol: ts.Symbol, checker: ts.TypeChecker): Member[] {
  const declaration = symbol.declarations?.[0];
  if (!declaration) return [];
  if (symbol.flags & ts.SymbolFlags.Interface) {
    const methods = checker.getDeclaredTypeOfSymbol(symbol).getProperties().filter(isOurs);
    return methods
      .flatMap((method) => parametersOf(checker.getTypeOfSymbol(method), checker))
      .filter(({ type }) => hasName(type))
      .flatMap(({ type }) => membersOf(type, checker).map((name) => ({ name })));
  }
  if (!symbol.valueDeclaration) return [];
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  return parametersOf(type, checker).flatMap(({ type, at }) =>
    membersOf(type, checker).map((name) => ({ name, at })),
  );
}

function parametersOf(type: ts.Type, checker: ts.TypeChecker) {
  return checker
    .getNonNullableType(type)
    .getCallSignatures()
    .flatMap((signature) => {
      const generics =
        signature
          .getTypeParameters()
          ?.map(() => "any")
          .join() ?? "";
      const of = (functionType: string, at: number) =>
        `Parameters<${functionType}${generics && `<${generics}>`}>[${at}]`;
      return signature.getParameters().map((parameter, at) => ({
        name: parameter.name,
        type: checker.getNonNullableType(checker.getTypeOfSymbol(parameter)),
        at: { of: (functionType: string) => of(functionType, at) },
      }));
    })
    .filter(({ name }) => OPTIONS.test(name));
}

/** Types without a name describe objects that a user gives, such as a `Cache` of the platform. */
function hasName(type: ts.Type): boolean {
  return type.symbol !== undefined && type.symbol.name !== ts.InternalSymbolName.Type;
}

/** The members of an object of options that this project declares. */
function membersOf(type: ts.Type, checker: ts.TypeChecker): string[] {
  const parts = type.isUnion() ? type.types : [type];
  return parts
    .flatMap((part) => checker.getApparentType(part).getProperties())
    .filter(isOurs)
    .map(({ name }) => name);
}

function isOurs({ declarations }: ts.Symbol): boolean {
  return declarations?.some((at) => at.getSourceFile().fileName.startsWith(`${root}/packages/`)) ?? false;
}

/** The part of a README about each option: a row of a table, or a paragraph and the program below it. */
export function optionRows(folder: string): Map<string, OptionRow[]> {
  const rows = new Map<string, OptionRow[]>();
  const add = (name: string, row: OptionRow) => rows.set(name, [...(rows.get(name) ?? []), row]);
  const text = readFileSync(`${root}/packages/${folder}/README.md`, "utf8");
  let columns: string[] = [];
  for (const line of text.split("\n")) {
    const cells = line.startsWith("|") ? cellsOf(line) : [];
    if (cells.length === 0 || columns.length === 0) columns = cells;
    const name = /^`([a-zA-Z]\w*)`$/.exec(cells[0] ?? "")?.[1];
    if (columns[0] !== "option" || name === undefined) continue;
    const cell = (...names: string[]) => cells[columns.findIndex((column) => names.includes(column))] ?? "";
    const example = /^`(.+?)`/.exec(cell("example"))?.[1]?.replaceAll("\\|", "|") ?? "";
    add(name, { what: cell("what it does", "effect"), default: cell("default"), example, runs: false });
  }
  for (const [, name = "", what = "", rest = ""] of text.matchAll(PARAGRAPH)) {
    const program = rest.split("```")[1] ?? "";
    const isDefault = what.split(/Default:\s/)[1] ?? "";
    add(name, { what, default: isDefault, example: program.includes(name) ? program : "", runs: true });
  }
  return rows;
}

/**
 * A paragraph that begins with the name of an option, and the text after it up to the next heading or such paragraph.
 */
const PARAGRAPH = /^\*\*`(\w+)`\*\* ((?:.+\n)+)((?:(?!\*\*`|#+ ).*\n)*)/gm;

function cellsOf(line: string): string[] {
  return line
    .slice(1)
    .split(/(?<!\\)\|/)
    .slice(0, -1)
    .map((cell) => cell.trim());
}

/** An example of an option, as `name: value` or the value alone. */
export interface Example {
  where: string;
  name: string;
  code: string;
  types: string[];
}

/** The examples that every function with this option refuses, with the compiler's message. */
export function wrongExamples(examples: Example[]): string[] {
  const tries = examples.flatMap((example) => example.types.map((type) => ({ example, type })));
  const messages = messagesOf(
    tries.map(({ example: { name, code }, type }) => {
      const member = code.startsWith(`${name}:`) ? code : `${name}: ${code}`;
      return `void ({ ${member} } satisfies Partial<NonNullable<${type}>>);`;
    }),
  );
  return examples.flatMap((example) => {
    const said = tries.flatMap((one, index) => (one.example === example ? [messages[index]] : []));
    return said.every((message) => message !== undefined) ? [`${example.where}: ${said[0]}`] : [];
  });
}

/** The compiler's message for each line of a file that has only these lines. */
function messagesOf(lines: string[]): (string | undefined)[] {
  const file = `${root}/test/readme/examples-of-options.ts`;
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, lines.join("\n"), rest[0]) : getSourceFile(name, ...rest);
  const program = ts.createProgram({ rootNames: [file], options: compilerOptions, host });
  const source = program.getSourceFile(file)!;
  const messages: string[] = new Array(lines.length);
  for (const found of [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]) {
    if (UNDECLARED.includes(found.code)) continue;
    const { line } = source.getLineAndCharacterOfPosition(found.start ?? 0);
    messages[line] ??= ts.flattenDiagnosticMessageText(found.messageText, " ");
  }
  return messages;
}

/** An example may use names that it does not declare, such as `versionTag`, and leave a parameter unused. */
const UNDECLARED = [2304, 2552, 6133];

import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { root } from "../readme/code-blocks.ts";

/** A message in the source. `…` stands for each part that is known only when it is thrown. */
export interface Message {
  where: string;
  /** The class of an error, or the function that makes a problem document. */
  maker: string;
  text: string;
  /** The status of a problem document. */
  status?: number;
}

/** The command of `conformance` explains itself in its own output. */
const PACKAGES = "packages/!(conformance)/src/**/*.ts";
/** Files that are left out: tests for authors of stores, and files that repeat Node's own messages. */
const LEFT_OUT = ["**/contract-tests/**", "**/store-contract.ts", "packages/node/src/transport/**"];

/** Every message that the packages can throw or send, as it is in the source. */
export function messages(): Message[] {
  return globSync(PACKAGES, { cwd: root, exclude: LEFT_OUT }).flatMap((file) => {
    const source = readFileSync(`${root}/${file}`, "utf8");
    const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
    return messagesBelow(tree, file);
  });
}

function messagesBelow(node: ts.Node, where: string): Message[] {
  const below: Message[] = [];
  ts.forEachChild(node, (child) => {
    below.push(...messagesBelow(child, where));
  });
  const made = messageOf(node, where);
  return made ? [made, ...below] : below;
}

function messageOf(node: ts.Node, where: string): Message | undefined {
  if (ts.isNewExpression(node)) {
    const maker = node.expression.getText();
    const [message] = node.arguments ?? [];
    return maker.endsWith("Error") ? { where, maker, text: textOf(message) ?? "" } : undefined;
  }
  if (!ts.isCallExpression(node)) return undefined;
  const maker = node.expression.getText();
  const [first, second, third] = node.arguments;
  if (maker === "invalidValue") return { where, maker, text: textOf(first) ?? "", status: 422 };
  if (maker !== "problem") return undefined;
  // In core, the name of the field is between the status and the words.
  const text = textOf(where.startsWith("packages/core") ? third : second) ?? "";
  return { where, maker, text, status: Number(first?.getText()) };
}

/** The text of an expression, or `undefined` if it comes from elsewhere. */
function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  if (ts.isBinaryExpression(node)) return `${textOf(node.left) ?? "…"}${textOf(node.right) ?? "…"}`;
  // A name for words that are in the line before.
  if (ts.isIdentifier(node)) return textOf(declarationOf(node));
  return undefined;
}

function declarationOf(name: ts.Identifier): ts.Expression | undefined {
  for (let block: ts.Node = name; block.parent; block = block.parent) {
    if (!ts.isBlock(block)) continue;
    for (const statement of block.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const [declared] = statement.declarationList.declarations;
      if (declared?.name.getText() === name.text) return declared.initializer;
    }
  }
  return undefined;
}

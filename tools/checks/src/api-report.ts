import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/** Where a name is declared; more than one statement for overloads and merged interfaces. */
interface Declaration {
  readonly file: string;
  readonly nodes: readonly [ts.Statement, ...ts.Statement[]];
}

/**
 * The public types of a package as text: one declaration per export, sorted by name, comments left out.
 * What an exported declaration needs without being exported itself is listed after them: it is part of the API all the same.
 */
export function makeApiReport(packageName: string, entry: string): string {
  const declarations = emitDeclarations(entry);
  const exported = exportsOf(declarations, declarationFile(entry));
  const referenced = referencedBy(declarations, exported);
  return [
    `# API report of ${packageName}`,
    '',
    'Written by `npm run api`; do not edit. A difference in a review is a change of the contract.',
    '',
    '## Exported',
    '',
    ...section(exported),
    ...(referenced.size > 0 ? ['## Referenced, not exported', '', ...section(referenced)] : []),
  ].join('\n');
}

function section(declarations: ReadonlyMap<string, Declaration>): readonly string[] {
  const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });
  return [...declarations]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { nodes }]) => {
      const lines = nodes.map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()));
      return [`### ${name}`, '', '```ts', ...lines, '```', ''];
    });
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@signalbox/source'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  declaration: true,
  emitDeclarationOnly: true,
  skipLibCheck: true,
};

/** The declaration files as the compiler would write them, in memory, by the name they would have beside their source. */
function emitDeclarations(entry: string): ReadonlyMap<string, ts.SourceFile> {
  const program = ts.createProgram([entry], COMPILER_OPTIONS);
  const errors = ts.getPreEmitDiagnostics(program);
  if (errors.length > 0) throw new Error(ts.formatDiagnostics(errors, ts.createCompilerHost(COMPILER_OPTIONS)));
  const files = new Map<string, ts.SourceFile>();
  program.emit(undefined, (name, text) => {
    const file = resolve(name);
    files.set(file, ts.createSourceFile(file, text, ts.ScriptTarget.ES2024, true));
  });
  return files;
}

const declarationFile = (source: string): string => resolve(source.replace(/\.ts$/, '.d.ts'));

function fileOf(specifier: ts.Expression | undefined, importer: string): string | undefined {
  if (!specifier || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return undefined;
  return declarationFile(join(dirname(importer), specifier.text.replace(/\.js$/, '.ts')));
}

/** Follows `export { a } from './b.ts'` to the declarations themselves. */
function exportsOf(files: ReadonlyMap<string, ts.SourceFile>, index: string): ReadonlyMap<string, Declaration> {
  const exported = new Map<string, Declaration>();
  for (const statement of files.get(index)?.statements ?? []) {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
      throw new Error(`${index} holds something other than named exports: ${statement.getText()}`);
    }
    const file = fileOf(statement.moduleSpecifier, index);
    for (const element of statement.exportClause.elements) {
      const found = file && findDeclaration(files, file, (element.propertyName ?? element.name).text);
      if (!found) throw new Error(`${index} exports ${element.name.text}, whose declaration was not found.`);
      exported.set(element.name.text, found);
    }
  }
  return exported;
}

/** Whatever the given declarations name, directly or through others, that is declared in the package and not among them. */
function referencedBy(files: ReadonlyMap<string, ts.SourceFile>, exported: ReadonlyMap<string, Declaration>): ReadonlyMap<string, Declaration> {
  const known = new Set([...exported.values()].flatMap(({ nodes }) => nodes));
  const referenced = new Map<string, Declaration>();
  const queue = [...exported.values()];
  for (let next = queue.pop(); next; next = queue.pop()) {
    for (const name of next.nodes.flatMap(identifiersIn)) {
      const found = findDeclaration(files, next.file, name);
      if (!found || known.has(found.nodes[0])) continue;
      for (const node of found.nodes) known.add(node);
      referenced.set(name, found);
      queue.push(found);
    }
  }
  return referenced;
}

function identifiersIn(node: ts.Node): readonly string[] {
  const names = new Set<string>();
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) names.add(child.text);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return [...names];
}

/** Finds a name where it is declared: in this file, or in the file it is imported from. */
function findDeclaration(files: ReadonlyMap<string, ts.SourceFile>, file: string, name: string): Declaration | undefined {
  const statements = files.get(file)?.statements ?? [];
  const [first, ...more] = statements.filter((node) => declaredNames(node).includes(name));
  if (first) return { file, nodes: [first, ...more] };
  for (const node of statements) {
    if (!ts.isImportDeclaration(node)) continue;
    const bindings = node.importClause?.namedBindings;
    const imported = bindings && ts.isNamedImports(bindings) ? bindings.elements.find((element) => element.name.text === name) : undefined;
    const from = imported && fileOf(node.moduleSpecifier, file);
    if (from) return findDeclaration(files, from, (imported.propertyName ?? imported.name).text);
  }
  return undefined;
}

function declaredNames(node: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText());
  const named = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node);
  return named && node.name ? [node.name.text] : [];
}

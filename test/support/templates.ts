/**
 * Reads the templates of the pages for what escaping cannot make safe. The templates' library escapes everywhere alike: it
 * knows neither attributes without quotes, nor scripts, nor addresses.
 */
import { parseSync } from "@swc/core";

/** The one file that may put text into a page as it is: it has the icons. */
const RAW_FILE = "src/web/parts/icon.ts";

/** The one file that makes addresses. */
const LINKS_FILE = "src/web/protocol/page-links.ts";

/** Attributes that browsers follow. */
const ADDRESSES = new Set(["href", "src", "action", "formaction", "cite", "data", "poster", "ping", "background"]);

/** Attributes that hold a script or a style, and those that hold a whole page. */
const FORBIDDEN = /^(?:on.*|style|srcdoc)$/;

/** An address as `PageLinks` makes it, or one of the names that stand for such a one. */
const HREF_EXPRESSION = /^(?:(?:\w+\.)*\w*[lL]inks\.\w+\(|(?:\w+\.)?(?:href|action|back)$|at\()/;
const HREF_NAMES = new Set(["href", "action", "back"]);

/** Stands for a hole in what was read of a value. */
const HOLE = "{}";

interface Node {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly [part: string]: unknown;
}

/** Where in the page a hole of a template is. */
type Place =
  | { readonly in: "text" | "tag" | "name" | "comment" | "script" }
  | { readonly in: "value"; readonly attribute: string; readonly isQuoted: boolean; readonly before: string };

/** What is wrong with the templates of a file, one line each. `file`: its path below the project's. */
export function templateProblems(file: string, source: string): string[] {
  const bytes = Buffer.from(source);
  // Counted in bytes, from 1.
  const textOf = ({ span }: Node) => bytes.subarray(span.start - 1, span.end - 1).toString();
  const problems: string[] = [];
  const nodes = nodesBelow(parseSync(source, { syntax: "typescript", target: "es2024" }));
  const parts = new Set(nodes.flatMap(namesOfParts));
  for (const { tag, template } of nodes.filter(isOurTemplate)) {
    const line = bytes.subarray(0, template.span.start).toString().split("\n").length;
    const tell = (problem: string) => problems.push(`${file}:${line}: ${problem}`);
    if (textOf(tag) === "html.raw") {
      if (file !== RAW_FILE) tell("html.raw is the icons' alone");
      continue;
    }
    const { places, attributes } = readTemplate(template.quasis.map(({ raw }) => raw));
    for (const { name, value } of attributes) {
      if (FORBIDDEN.test(name)) tell(`the attribute ${name} is a script or a style`);
      if (ADDRESSES.has(name) && value !== "" && !value.startsWith("#"))
        tell(`${name}="${value}" is not from the links`);
    }
    for (const [index, expression] of template.expressions.entries()) {
      const text = textOf(expression);
      const isPart = isTemplate(expression) || parts.has(text) || text.startsWith("described(");
      const problem = holeProblem(places[index] ?? { in: "text" }, expression, { text, isPart });
      if (problem !== undefined) tell(`\${${text}} ${problem}`);
    }
  }
  if (file === LINKS_FILE) return problems;
  for (const node of nodes) {
    const declared = declaredHref(node);
    if (declared === undefined) continue;
    const { name, type, value } = declared;
    const isHref = type === undefined ? HREF_EXPRESSION.test(textOf(value)) : /^:\s*Href\b/.test(textOf(type));
    if (!isHref) problems.push(`${file}: ${name} is no Href`);
  }
  if (/\bas Href\b/.test(source)) problems.push(`${file}: the links alone make an Href`);
  return problems;
}

/** What is declared under a name that stands for an address: its type, or else its value. */
function declaredHref(node: Node): { name: string; type: Node | undefined; value: Node } | undefined {
  const named = (node.type === "TsPropertySignature" ? node["key"] : (node["id"] ?? node)) as Node;
  const type = (node["typeAnnotation"] ?? named["typeAnnotation"] ?? undefined) as Node | undefined;
  const name = String(named["value"]);
  const value = node["init"] as Node | null | undefined;
  if (named.type !== "Identifier" || !HREF_NAMES.has(name)) return undefined;
  if (type !== undefined) return { name, type, value: named };
  return node.type === "VariableDeclarator" && value && !isTemplate(value)
    ? { name, type: undefined, value }
    : undefined;
}

/** The names in a file for templates that add attributes: of one, or of a list of them. */
function namesOfParts(node: Node): string[] {
  const { type, id, init } = node as Node & { id?: Node; init?: Node | null };
  if (type !== "VariableDeclarator" || id?.type !== "Identifier" || !init) return [];
  const elements =
    init.type === "ArrayExpression" ? (init["elements"] as { expression: Node }[]) : [{ expression: init }];
  return elements.every(({ expression }) => isTemplate(expression)) ? [String(id["value"])] : [];
}

function holeProblem(
  place: Place,
  expression: Node,
  { text, isPart }: { text: string; isPart: boolean },
): string | undefined {
  if (isChained(expression)) return 'may print "false": write a condition with null';
  switch (place.in) {
    case "text":
      return undefined;
    case "tag":
      return isPart ? undefined : "is put into a tag, and is no template";
    case "name":
      return "is the name of a tag or of an attribute";
    case "comment":
    case "script":
      return `is in a ${place.in}`;
    case "value":
      if (FORBIDDEN.test(place.attribute)) return `is in the attribute ${place.attribute}, a script or a style`;
      if (!place.isQuoted) return `is the value of ${place.attribute} without quotes`;
      if (!ADDRESSES.has(place.attribute) || place.before.startsWith("#")) return undefined;
      if (place.before !== "") return `is put together with "${place.before}" to an address`;
      return HREF_EXPRESSION.test(text) ? undefined : `is an address in ${place.attribute}, and not from the links`;
  }
}

/** Whether it is `a && b`, here or in a branch of a condition. */
function isChained(node: Node): boolean {
  if (node.type === "ParenthesisExpression") return isChained(node["expression"] as Node);
  if (node.type === "ConditionalExpression")
    return [node["consequent"], node["alternate"]].some((branch) => isChained(branch as Node));
  return node.type === "BinaryExpression" && node["operator"] === "&&";
}

/** Whether it is a template of ours or nothing, whichever way a condition goes. */
function isTemplate(node: Node): boolean {
  if (node.type === "ConditionalExpression")
    return [node["consequent"], node["alternate"]].every((branch) => isTemplate(branch as Node));
  return node.type === "TaggedTemplateExpression" || node.type === "NullLiteral";
}

type TaggedTemplate = Node & {
  readonly tag: Node;
  readonly template: Node & { readonly expressions: readonly Node[]; readonly quasis: readonly { raw: string }[] };
};

/** All nodes below one. */
function nodesBelow(part: unknown): Node[] {
  if (typeof part !== "object" || part === null) return [];
  const inner = Object.values(part).flatMap(nodesBelow);
  return "type" in part && "span" in part ? [part as Node, ...inner] : inner;
}

/** Whether it is a template of `html` or `html.raw`. */
function isOurTemplate(node: Node): node is TaggedTemplate {
  if (node.type !== "TaggedTemplateExpression") return false;
  const tag = node["tag"] as Node;
  return (tag.type === "MemberExpression" ? (tag["object"] as Node) : tag)["value"] === "html";
}

/** Where the holes between the texts of a template are, and the attributes in those; of a value with a hole, none. */
function readTemplate(texts: readonly string[]): { places: Place[]; attributes: { name: string; value: string }[] } {
  const attributes: { name: string; value: string }[] = [];
  const isFragment = !texts.some((text) => text.includes("<")) && texts.some((text) => /^\s*[a-z][\w:-]*=/.test(text));
  let place: Place = { in: isFragment ? "tag" : "text" };
  let element = "";
  const places = texts.map((text): Place => {
    let rest = text;
    /** Takes what a pattern finds at the beginning. */
    const take = (pattern: RegExp): RegExpExecArray | null => {
      const found = pattern.exec(rest);
      if (found !== null) rest = rest.slice(found[0].length);
      return found;
    };
    while (rest !== "") {
      if (place.in === "comment") {
        if (take(/^[\s\S]*?-->/) === null) return place;
        place = { in: "text" };
      } else if (place.in === "script") {
        if (take(new RegExp(`^[\\s\\S]*?(?=</${element})`, "i")) === null) return place;
        place = { in: "text" };
      } else if (place.in === "value") {
        const [value = ""] = take(place.isQuoted ? /^[^"]*/ : /^[^\s>]*/) ?? [];
        place = { ...place, before: place.before + value };
        if (rest === "") break;
        if (!place.before.includes(HOLE)) attributes.push({ name: place.attribute, value: place.before });
        if (place.isQuoted) take(/^"/);
        place = { in: "tag" };
      } else if (place.in === "tag") {
        if (take(/^\s+/) !== null) continue;
        if (take(/^\/?>/) !== null) place = { in: /^(?:script|style)$/.test(element) ? "script" : "text" };
        else {
          const [, name = "", equals] = take(/^([^\s=>]+|=)(\s*=\s*)?/) ?? [];
          if (equals !== undefined) {
            const isQuoted = take(/^"/) !== null;
            place = { in: "value", attribute: name.toLowerCase(), isQuoted, before: "" };
          } else if (rest === "") return { in: "name" };
          else attributes.push({ name: name.toLowerCase(), value: "" });
        }
      } else {
        take(/^[^<]*/);
        if (take(/^<!--/) !== null) place = { in: "comment" };
        else if (take(/^<\/?$/) !== null) return { in: "name" };
        else {
          const opened = take(/^<([a-z][^\s/>]*)/i);
          if (opened !== null) {
            element = (opened[1] ?? "").toLowerCase();
            place = rest === "" ? { in: "name" } : { in: "tag" };
          } else take(/^</);
        }
      }
    }
    const here = place;
    if (place.in === "value") place = { ...place, before: `${place.before}${HOLE}` };
    return here;
  });
  return { places, attributes };
}

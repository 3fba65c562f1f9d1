/** Reads the name of a repository as people have it at hand: as docker names images, or bare. Pure. */
import { repositoryNameProblem } from "../../registry-access/requested-scope.ts";

/**
 * The repository in `registry.example.com/team/app:1.2@sha256:...`, in `[registry.example.com/team/app]` as docker prints it,
 * or in `team/app` alone: `team/app`. Else what is wrong, in words that follow the text.
 *
 * @param registry this instance's, as clients name it
 */
export function readPastedRepository(text: string, registry: string): string | { readonly problem: string } {
  const bare = text
    .trim()
    .replace(/^\[(.*)\]$/s, "$1")
    .replace(/^[a-z]+:\/\//, "");
  const [first = "", ...rest] = withoutDigest(bare).split("/");
  const isHere = rest.length > 0 && first.toLowerCase() === registry.toLowerCase();
  // A host without a port looks like any segment of a name: it is looked up, and there is no such project.
  if (!isHere && rest.length > 0 && (first.includes(":") || first === "localhost"))
    return { problem: `names the registry ${first}, and this one is ${registry}` };
  const segments = isHere ? rest : [first, ...rest];
  const last = segments.pop() ?? "";
  const name = [...segments, ...(last === "" ? [] : [withoutTag(last)])].join("/");
  const problem = repositoryNameProblem(name);
  return problem === undefined ? name : { problem: `is no repository: ${problem}` };
}

function withoutDigest(image: string): string {
  return upTo(image, image.indexOf("@"));
}

function withoutTag(segment: string): string {
  return upTo(segment, segment.indexOf(":"));
}

function upTo(text: string, end: number): string {
  return end === -1 ? text : text.slice(0, end);
}

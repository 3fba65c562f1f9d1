import { expect, it } from "vitest";
import { renderExplanation, type ShownExplanation } from "../../../src/cli/render-explanation.ts";

type Step = ShownExplanation["steps"][number];
type Action = ShownExplanation["actions"][number];

const step = (name: Step["step"], passed: boolean | null, message: string): Step => ({ step: name, passed, message });
const scopeOf = (...actions: string[]) => ({ type: "repository", name: "team/app", actions });

function action(name: string, verb: Action["action"], steps: Step[], message: string): Action {
  const type = name === "catalog" ? "registry" : "repository";
  return { type, name, action: verb, granted: steps.at(-1)?.passed === true, message, steps };
}

it("puts what is refused, and why, before the steps", () => {
  const lacking = [step("project", true, "it is there"), step("scope", false, "it lacks write_registry")];
  const lines = renderExplanation(
    {
      requested: [scopeOf("pull", "push", "delete"), { type: "registry", name: "catalog", actions: ["*"] }],
      granted: [scopeOf("pull")],
      notes: [{ scope: "x:y:z", message: "dropped" }],
      steps: [step("revoked", true, "it lives"), step("address", null, "not asked")],
      actions: [
        action("team/app", "pull", [step("public", true, "everybody may")], "it may pull"),
        action("team/app", "push", lacking, "it lacks write_registry"),
        action("team/app", "delete", [step("level", false, "too low")], "too low"),
        action("catalog", "*", [step("administrator", false, "no administrator")], "no administrator"),
      ],
    },
    "Token 7",
  );
  expect(lines.join("\n")).toBe(`\
Asked    repository:team/app:pull,push,delete
         registry:catalog:*
Granted  repository:team/app:pull
Note     x:y:z: dropped
Note     not asked

✗ push on team/app
  it lacks write_registry

✗ delete on team/app
  too low

✗ * on the catalog
  no administrator

Token 7
  ✓ revoked        it lives
  - address        not asked

pull on team/app: granted
  ✓ public         everybody may

push on team/app: refused
  ✓ project        it is there
  ✗ scope          it lacks write_registry

delete on team/app: refused
  ✗ level          too low

* on the catalog: refused
  ✗ administrator  no administrator`);
});

it("says once what refuses everything", () => {
  const why = "the token expired";
  const refused = (name: string, verb: Action["action"]) => action(name, verb, [], why);
  const dead = { granted: [], notes: [], steps: [step("revoked", true, "it lives"), step("expiry", false, why)] };
  const actions = [refused("team/app", "pull"), refused("team/app", "push"), refused("team/lib", "pull")];
  const requested = [scopeOf("pull", "push"), { ...scopeOf("pull"), name: "team/lib" }];
  expect(renderExplanation({ ...dead, requested, actions }, "Token 7").slice(0, 7)).toEqual([
    "Asked    repository:team/app:pull,push",
    "         repository:team/lib:pull",
    "Granted  nothing",
    "",
    "✗ pull, push on team/app",
    "✗ pull on team/lib",
    "  the token expired",
  ]);
  expect(renderExplanation({ ...dead, requested: [], actions: [] }, "Token 7").slice(0, 5)).toEqual([
    "Asked    signing in, and nothing else",
    "Granted  nothing",
    "",
    "✗ signing in",
    "  the token expired",
  ]);
});

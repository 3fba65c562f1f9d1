import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments, parse as parseYaml } from "yaml";
import { z } from "zod";
import { PROJECT_DIRECTORY } from "../support/running-command.ts";

const read = (name: string) => readFileSync(join(PROJECT_DIRECTORY, "examples", name), "utf8");

const githubSchema = z.object({
  permissions: z.object({ contents: z.literal("read") }),
  env: z.object({ REGISTRY: z.string(), IMAGE: z.string() }),
  jobs: z.object({
    push: z.object({
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          run: z.string().optional(),
          if: z.string().optional(),
          env: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  }),
});

const gitlabSchema = z.object({
  variables: z.object({ REGISTRY: z.string(), IMAGE: z.string() }),
  push: z.object({
    before_script: z.array(z.string()),
    script: z.array(z.string()),
    after_script: z.array(z.string()),
  }),
});

const pullSecretSchema = z.object({
  kind: z.literal("Secret"),
  metadata: z.object({ name: z.string() }),
  type: z.literal("kubernetes.io/dockerconfigjson"),
  data: z.object({ ".dockerconfigjson": z.base64() }),
});
const podSchema = z.object({
  kind: z.literal("Pod"),
  spec: z.object({
    imagePullSecrets: z.array(z.object({ name: z.string() })),
    containers: z.array(z.object({ image: z.string() })),
  }),
});

/** The lines that sign in, in whatever they are written. */
const logins = (script: string) => script.split("\n").filter((line) => line.includes("docker login"));

/** By standard input, from the variable, which is quoted; and nowhere as an argument, where others could read it. */
const BY_STANDARD_INPUT =
  /^printf '%s' "\$REGISTRY_TOKEN" \| docker login "\$REGISTRY" --username \S+ --password-stdin$/;

describe("the examples", () => {
  it.each(["github-actions.yml", "gitlab-ci.yml", "kubernetes-pull-secret.yaml", "nginx.conf", "Caddyfile"])(
    "hold no secret of an access token: %s",
    (name) => {
      expect(read(name)).not.toMatch(/kspat-\w/);
    },
  );

  it("are all spoken of in their README", () => {
    const text = read("README.md");
    for (const name of [
      "github-actions.yml",
      "gitlab-ci.yml",
      "kubernetes-pull-secret.yaml",
      "nginx.conf",
      "Caddyfile",
    ])
      expect(text).toContain(`[${name}](${name})`);
  });
});

describe("examples/github-actions.yml", () => {
  const workflow = githubSchema.parse(parseYaml(read("github-actions.yml")));
  const { steps } = workflow.jobs.push;
  const script = steps.map(({ run }) => run ?? "").join("\n");

  it("signs in by standard input, with the repository's secret", () => {
    expect(logins(script)).toEqual([expect.stringMatching(BY_STANDARD_INPUT)]);
    const step = steps.find(({ run }) => run?.includes("docker login"));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's own expressions look like that
    expect(step?.env).toEqual({ REGISTRY_TOKEN: "${{ secrets.REGISTRY_TOKEN }}" });
  });

  it("pushes to the registry that it signed in to, and signs out whatever happened", () => {
    expect(workflow.env.IMAGE.startsWith(`${workflow.env.REGISTRY}/`)).toBe(true);
    expect(script).toContain('docker push "$IMAGE:$GITHUB_SHA"');
    expect(steps.at(-1)).toMatchObject({ if: "always()", run: 'docker logout "$REGISTRY"' });
  });
});

describe("examples/gitlab-ci.yml", () => {
  const text = read("gitlab-ci.yml");
  const { variables, push } = gitlabSchema.parse(parseYaml(text));

  it("signs in by standard input, with a variable that the file does not set", () => {
    expect(logins(push.before_script.join("\n"))).toEqual([expect.stringMatching(BY_STANDARD_INPUT)]);
    expect(variables).not.toHaveProperty("REGISTRY_TOKEN");
  });

  it("pushes to the registry that it signed in to, and signs out", () => {
    expect(variables.IMAGE.startsWith(`${variables.REGISTRY}/`)).toBe(true);
    expect(push.script).toContain('docker push "$IMAGE:$CI_COMMIT_SHA"');
    expect(push.after_script).toEqual(['docker logout "$REGISTRY"']);
  });
});

describe("examples/kubernetes-pull-secret.yaml", () => {
  const text = read("kubernetes-pull-secret.yaml");
  const [first, second] = parseAllDocuments(text).map((document) => document.toJS() as unknown);
  const secret = pullSecretSchema.parse(first);
  const pod = podSchema.parse(second);

  it("decodes to Docker's configuration for the registry, with a place for the token", () => {
    const decoded: unknown = JSON.parse(Buffer.from(secret.data[".dockerconfigjson"], "base64").toString());
    const auth = Buffer.from("cluster:PUT-THE-TOKEN-HERE").toString("base64");
    expect(decoded).toEqual({ auths: { "registry.example.com": { auth } } });
  });

  it("is what the pod pulls with, from that registry", () => {
    expect(pod.spec.imagePullSecrets).toEqual([{ name: secret.metadata.name }]);
    expect(pod.spec.containers.map(({ image }) => image)).toEqual([
      expect.stringMatching(/^registry\.example\.com\/team\/app:/),
    ]);
  });

  it("says the lines that make a secret of the same name and type, without it in an argument", () => {
    expect(text).toContain(`kubectl create secret generic ${secret.metadata.name} --type=${secret.type} `);
    expect(text).toMatch(/docker --config pull login \S+ --username cluster --password-stdin < token\n/);
  });
});

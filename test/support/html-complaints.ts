/** What is wrong with the HTML of a page, by the rules that hold for all of them. */
import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "doctype-style": ["error", { style: "lowercase" }],
    // A table that is laid out as cards on a narrow screen keeps its roles only where they are written.
    "no-redundant-role": "off",
    // A list is one name many times: of boxes, and of the hidden fields that they become where one is asked whether it is meant.
    "form-dup-name": "off",
  },
});

/** What is wrong with a page, one line each. */
export async function complaints(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ line, column, ruleId, message }) => `${line}:${column} ${ruleId}: ${message}`),
  );
}

/**
 * A rule of secretlint that finds secret keys of Latchkey. It verifies the checksum of each, so that
 * nothing else is reported.
 *
 *   // .secretlintrc.cjs
 *   module.exports = { rules: [{ id: `${__dirname}/node_modules/latchkey/scanners/secretlint.js` }] };
 */
import { gradeSecretKey } from "../dist/keys/index.js";

const KEY = /lk1(?:-dev)?_[A-Za-z0-9_-]{27,1371}/g;
/** The prefix, and what a key of 32 random bytes has after it. Other characters may follow it. */
const USUAL_KEY = /^lk1(?:-dev)?_[A-Za-z0-9_-]{48}/;

const messages = {
  KEY: {
    en: () =>
      "A secret key of Latchkey: who has it can sign in to the application as any user. Rotate it: npx latchkey key rotate",
  },
};

export const creator = {
  messages,
  meta: {
    id: "latchkey-secret-key",
    recommended: true,
    type: "scanner",
    supportedContentTypes: ["all"],
  },
  create(context) {
    const translate = context.createTranslator(messages);
    return {
      file({ content }) {
        const beginnings = new RegExp(KEY);
        for (let match = beginnings.exec(content); match !== null; match = beginnings.exec(content)) {
          const { 0: text, index } = match;
          const key = [USUAL_KEY.exec(text)?.[0], text].find((written) => written !== undefined && isWhole(written));
          // What only looks like a key may hold one further on.
          beginnings.lastIndex = index + (key?.length ?? "lk1_".length);
          if (key !== undefined) context.report({ message: translate("KEY"), range: [index, index + key.length] });
        }
      },
    };
  },
};

function isWhole(key) {
  return !gradeSecretKey(key).findings.some(({ code }) => code === "checksum_mismatch");
}

import type { DoctorCode } from "./finding.ts";

/** What a finding of this code is about, for programs that list the rules of a tool. */
export interface DoctorRule {
  /** The problem in one sentence. */
  readonly title: string;
  /** Why it matters, and how it is solved. */
  readonly help: string;
}

/** Not in steps: as a fallback, a key that has leaked would still verify what is forged with it. */
const REPLACE =
  "Replace the key at once, which ends every session, because who has read it can make a session of any user: npx latchkey key rotate --revoke-all";

/** All codes of the doctor. */
export const RULES: Readonly<Record<DoctorCode, DoctorRule>> = {
  key_published: {
    title: "The secret key is published.",
    help: "The key is in public code or documentation, and attackers try such keys first. Replace it with a generated one: npx latchkey key generate",
  },
  key_guessable: {
    title: "The secret key can be guessed.",
    help: "With one cookie, an attacker can try keys on other machines. Replace it with a generated one: npx latchkey key generate",
  },
  key_mistyped: {
    title: "The secret key was cut or mistyped.",
    help: "The checksum in the key does not fit, so the server refuses it. Copy the whole key again from where it was saved.",
  },
  key_in_source: {
    title: "A secret key is in a file that everyone with the code can read.",
    help: `Read the key from the environment: loadKeyRing({ env: process.env }). ${REPLACE}`,
  },
  key_in_history: {
    title: "A secret key is in git's history.",
    help: `Every copy of the repository has the key, also after the line was deleted. ${REPLACE}`,
  },
  key_staged: {
    title: "The next commit would publish a secret key.",
    help: "Take the file out of the commit (git reset -- FILE), and move the key to a file that git ignores.",
  },
  secret_file_staged: {
    title: "The next commit would add a file that is made for secrets.",
    help: "Take the file out of the commit (git reset -- FILE), and add it to .gitignore.",
  },
  key_shared: {
    title: "Two applications have the same secret key.",
    help: "Each accepts the other's sessions. Give each application a key of its own, unless they are meant to share logins.",
  },
  key_generated_at_start: {
    title: "The secret key is made when the application starts.",
    help: "Every restart and every other process has another key, and logs all visitors out. Make one key, and read it from the environment.",
  },
  setting_misspelled: {
    title: "The name of a setting is almost SECRET_KEY.",
    help: "Nothing reads a setting of this name. Write SECRET_KEY.",
  },
  file_readable: {
    title: "Other users of the machine can read a file with a key.",
    help: "Make the file readable by its owner only: chmod 600 FILE",
  },
  file_tracked: {
    title: "Git tracks a .env file with a key.",
    help: `Run git rm --cached FILE, and add the file to .gitignore. ${REPLACE}`,
  },
  file_not_ignored: {
    title: "Git does not ignore a file with a key.",
    help: "The next git add would add the file. Add it to .gitignore.",
  },
  debug_on: {
    title: "Debug mode can be on in production.",
    help: "In production, debug mode shows the internals of the server. Leave it to NODE_ENV=development on your own machine.",
  },
  mode_unsaid: {
    title: "A script starts the server without setting the mode.",
    help: "Without NODE_ENV the server runs in production: without the toolbar, and weak keys are refused. Set NODE_ENV where the server is deployed.",
  },
  toolbar_on: {
    title: "The debug toolbar can be on in production.",
    help: "The toolbar shows requests, queries and errors. Leave the options mode and production out, and start the server with NODE_ENV=development on your own machine.",
  },
};

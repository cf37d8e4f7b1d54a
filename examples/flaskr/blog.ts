import { abort, Blueprint, flash, g, redirect, renderTemplate, request, urlFor } from "latchkey/flask";
import { loginRequired, type User } from "./auth.ts";
import { getDb } from "./db.ts";

/** A post, with the name of its author. */
interface Post {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  readonly author_id: number;
  readonly username: string;
  readonly created: Date;
}

interface PostAddress {
  readonly id: number;
}

const POSTS = "SELECT p.id, title, body, created, author_id, username FROM post p JOIN user u ON p.author_id = u.id";

/** The posts: all of them on the first page, and pages to write them. */
export const blog = new Blueprint("blog", import.meta.url);

blog.route("/", function index() {
  const rows = getDb().prepare(`${POSTS} ORDER BY created DESC, p.id DESC`).all();
  return renderTemplate("blog/index.html", { posts: rows.map(toPost) });
});

blog.route(
  "/create",
  { endpoint: "create", methods: ["GET", "POST"] },
  loginRequired(() => {
    const { title, body, isGiven } = posted();
    if (!isGiven) return renderTemplate("blog/create.html");
    getDb().prepare("INSERT INTO post (title, body, author_id) VALUES (?, ?, ?)").run(title, body, currentUser().id);
    return redirect(urlFor("blog.index"));
  }),
);

blog.route(
  "/<int:id>/update",
  { endpoint: "update", methods: ["GET", "POST"] },
  loginRequired(({ id }: PostAddress) => {
    const post = getPost(id);
    const { title, body, isGiven } = posted();
    if (!isGiven) return renderTemplate("blog/update.html", { post });
    getDb().prepare("UPDATE post SET title = ?, body = ? WHERE id = ?").run(title, body, id);
    return redirect(urlFor("blog.index"));
  }),
);

blog.route(
  "/<int:id>/delete",
  { endpoint: "delete", methods: ["POST"] },
  loginRequired(({ id }: PostAddress) => {
    getPost(id);
    getDb().prepare("DELETE FROM post WHERE id = ?").run(id);
    return redirect(urlFor("blog.index"));
  }),
);

/** The post of this number, if the user has written it. */
function getPost(id: number): Post {
  const row = getDb().prepare(`${POSTS} WHERE p.id = ?`).get(id);
  if (row === undefined) abort(404, `There is no post ${id}.`);
  const post = toPost(row);
  if (post.author_id !== currentUser().id) abort(403);
  return post;
}

/** The posted form. Without a title, the page says so and shows the form again. */
function posted(): { readonly title: string; readonly body: string; readonly isGiven: boolean } {
  if (request.method !== "POST") return { title: "", body: "", isGiven: false };
  const [title, body] = [request.form["title"]!, request.form["body"]!];
  if (title === "") flash("A post needs a title.");
  return { title, body, isGiven: title !== "" };
}

function currentUser(): User {
  return g["user"] as User;
}

/** SQLite writes a moment as text, in UTC. */
function toPost(row: Readonly<Record<string, unknown>>): Post {
  return { ...(row as unknown as Post), created: new Date(`${String(row["created"]).replace(" ", "T")}Z`) };
}

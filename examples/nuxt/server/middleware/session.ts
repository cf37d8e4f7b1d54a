import { debugToolbar, session } from "latchkey/node";

const showToolbar = debugToolbar(toolbar);
const openSession = session(manager);

export default fromNodeMiddleware((request, response, next) => {
  showToolbar(request, response, () => openSession(request, response, next));
});

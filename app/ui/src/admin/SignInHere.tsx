/** The way to sign in, in place of the panels. Loaded when it is needed: it has the texts of the page of questions. */

import { SignIn } from "../page/SignIn";
import { PageWordsProvider, useLoadedWords } from "../page/words";
import { useInterface } from "../view/context";
import { useAdmin } from "./context";

export function SignInHere() {
  const { words } = useInterface();
  const { text } = useAdmin();
  const page = useLoadedWords(words.code);
  if (!page) return null;
  return (
    <PageWordsProvider value={page}>
      <SignIn why={`${text.administration}: ${text.signedOut}`} />
    </PageWordsProvider>
  );
}

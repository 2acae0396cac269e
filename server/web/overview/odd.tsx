/** What sets a process apart from the others of its app. */
import { oddWords } from './fields';

export function Odd({ odd }: { readonly odd: string }) {
  return (
    <span class="badge warn" title="Compared with the other processes of its app">
      {oddWords(odd)}
    </span>
  );
}

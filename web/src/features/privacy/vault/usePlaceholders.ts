import { useResponderListMessagesQuery } from '../../../api/generated';
import { usePrivacyListTrafficQuery } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { codePointSlice } from '../../../shared/code-points';
import { placeholders } from '../../../shared/placeholders';

const MOST = 100;
const CONVERSATION = /^conv_/;

export interface Stand {
  placeholder: string;
  type: string;
}

/** The numbered placeholders in safe texts, each once, by type. */
export function standsIn(texts: readonly string[]): Stand[] {
  const found = new Map<string, Stand>();
  for (const text of texts)
    for (const { type, number, start, end } of placeholders(text)) {
      const placeholder = codePointSlice(text, start, end);
      if (number !== undefined) found.set(placeholder, { placeholder, type });
    }
  return [...found.values()].sort((a, b) =>
    a.placeholder.localeCompare(b.placeholder, 'en', { numeric: true }),
  );
}

/** What the safe texts of a session or conversation name; values stay in the vault. */
export function usePlaceholders(session: string) {
  const conversation = CONVERSATION.test(session);
  const messages = useResponderListMessagesQuery(
    { conversationId: session, limit: MOST },
    { skip: !conversation },
  );
  const traffic = usePrivacyListTrafficQuery(
    { sessionId: session, limit: MOST },
    { skip: conversation },
  );
  const query = conversation ? messages : traffic;
  const texts = conversation
    ? messages.currentData?.items.map((message) => message.text)
    : traffic.currentData?.items.flatMap((passage) => passage.texts);
  return {
    conversation,
    stands: texts && standsIn(texts),
    problem: problemOf(query.error),
    retry: () => void query.refetch(),
  };
}

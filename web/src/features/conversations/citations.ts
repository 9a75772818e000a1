import type { ResponderCreateReplyApiResponse } from '../../api/generated';

export type Reply = ResponderCreateReplyApiResponse;
export type Citation = Reply['citations'][number];

/** A passage that the answer rests on, with the number that stands for it in the text. */
export interface Source {
  number: number;
  documentId: string;
  passageId: string;
  quotes: string[];
}

const same = (source: Source, citation: Citation) =>
  source.documentId === citation.document_id && source.passageId === citation.passage_id;

/** The passages in the order in which the text cites them, each once. */
export function sourcesOf(citations: readonly Citation[]): Source[] {
  const sources: Source[] = [];
  for (const citation of [...citations].sort((a, b) => a.start - b.start)) {
    const known = sources.find((source) => same(source, citation));
    if (known) {
      if (!known.quotes.includes(citation.quote)) known.quotes.push(citation.quote);
    } else {
      sources.push({
        number: sources.length + 1,
        documentId: citation.document_id,
        passageId: citation.passage_id,
        quotes: [citation.quote],
      });
    }
  }
  return sources;
}

/** The source that a citation points to. */
export function sourceOf(sources: readonly Source[], citation: Citation): Source | undefined {
  return sources.find((source) => same(source, citation));
}

import Box from '@mui/material/Box';
import { Fragment, type ReactNode } from 'react';
import { SafeText } from '../../shared/components/SafeText';

interface Props {
  text: string;
  quotes: readonly string[];
  lit: boolean;
}

/** A passage in which the quoted sentences are marked. */
export function Quoted({ text, quotes, lit }: Props) {
  const parts: ReactNode[] = [];
  let from = 0;
  const plain = (part: string) => (
    <Fragment key={`${from}-plain`}>
      <SafeText text={part} />
    </Fragment>
  );
  const found = quotes
    .map((quote) => ({ at: text.indexOf(quote), quote }))
    .filter(({ at, quote }) => at >= 0 && quote !== '')
    .sort((a, b) => a.at - b.at);
  for (const { at, quote } of found) {
    if (at < from) continue;
    parts.push(plain(text.slice(from, at)));
    parts.push(
      <Box
        key={at}
        component="mark"
        data-lit={lit}
        sx={{
          borderRadius: 0.5,
          bgcolor: lit ? 'marks.quote' : 'transparent',
          color: lit ? 'marks.quoteText' : 'inherit',
          textDecoration: 'underline',
          textDecorationColor: 'var(--mui-palette-divider)',
          textUnderlineOffset: '3px',
        }}
      >
        <SafeText text={quote} />
      </Box>,
    );
    from = at + quote.length;
  }
  parts.push(plain(text.slice(from)));
  return parts;
}

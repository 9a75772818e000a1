import Box from '@mui/material/Box';
import { Fragment, useMemo } from 'react';
import { segment } from '../code-points';
import { useEntityName } from '../hooks/useEntityName';
import { placeholders } from '../placeholders';
import { VisuallyHidden } from './VisuallyHidden';

/** A placeholder as a marked chip; `label` is what a screen reader says in its place. */
export function EntityMark({ type, number }: { type: string; number?: string }) {
  const name = useEntityName();
  return (
    <Box
      component="mark"
      data-entity={type}
      sx={{
        px: 0.75,
        py: '0.08em',
        borderRadius: 1,
        bgcolor: 'marks.entity',
        color: 'marks.entityText',
        fontSize: '0.92em',
        fontWeight: 560,
        whiteSpace: 'nowrap',
      }}
    >
      <VisuallyHidden>{name.hidden}</VisuallyHidden>
      {name.of(type)}
      {number && ` ${number}`}
    </Box>
  );
}

/** A safe text in which every placeholder such as `[PERSON_1]` is a chip. */
export function SafeText({ text }: { text: string }) {
  const segments = useMemo(() => segment(text, placeholders(text)), [text]);
  return segments.map(({ text: part, start, spans: [found] }) =>
    found ? (
      <EntityMark key={start} type={found.type} number={found.number} />
    ) : (
      <Fragment key={start}>{part}</Fragment>
    ),
  );
}

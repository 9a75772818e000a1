import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { segment } from '../../shared/code-points';
import { VisuallyHidden } from '../../shared/components/VisuallyHidden';
import { formatScore } from '../../shared/format';
import { useEntityName } from '../../shared/hooks/useEntityName';
import type { Span } from './findings';

interface Props {
  text: string;
  spans: Span[];
}

/** The original with every finding marked and named; offsets count code points. */
export function MarkedText({ text, spans }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  return (
    <Typography
      variant="body1"
      component="div"
      role="group"
      aria-label={t('privacy.found.marked')}
      sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 2 }}
    >
      {segment(text, spans).map(({ text: part, start, spans: found }) => {
        const [span] = [...found].sort((a, b) => b.score - a.score);
        if (!span) return <span key={start}>{part}</span>;
        const said = t('privacy.found.mark', {
          type: name.of(span.type),
          score: formatScore(span.score),
        });
        return (
          <Box
            component="mark"
            key={start}
            title={said}
            data-entity={span.type}
            sx={{
              px: 0.5,
              py: '0.15em',
              borderRadius: 0.75,
              bgcolor: 'marks.entity',
              color: 'marks.entityText',
              borderBottom: 2,
              borderColor: 'primary.main',
              boxDecorationBreak: 'clone',
            }}
          >
            {part}
            {span.end === start + Array.from(part).length && (
              <Box
                component="span"
                aria-hidden
                sx={{ ml: 0.75, fontSize: '0.6875rem', fontWeight: 660 }}
              >
                {name.of(span.type)}
              </Box>
            )}
            <VisuallyHidden>{` (${said})`}</VisuallyHidden>
          </Box>
        );
      })}
    </Typography>
  );
}

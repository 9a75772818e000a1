import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { codePointLength, segment } from '../../shared/code-points';
import { SafeText } from '../../shared/components/SafeText';
import { type Reply, type Source, sourceOf } from './citations';

interface Props {
  reply: Reply;
  sources: Source[];
  active: number | undefined;
  onActive: (number: number | undefined) => void;
  onOpen: (source: Source) => void;
}

interface MarkProps {
  source: Source;
  active: boolean;
  onActive: (number: number | undefined) => void;
  onOpen: (source: Source) => void;
}

function CitationMark({ source, active, onActive, onOpen }: MarkProps) {
  const { t } = useTranslation();
  return (
    <ButtonBase
      aria-label={t('conversations.sources.citeUnnamed', { number: source.number })}
      aria-haspopup="dialog"
      onMouseEnter={() => onActive(source.number)}
      onMouseLeave={() => onActive(undefined)}
      onFocus={() => onActive(source.number)}
      onBlur={() => onActive(undefined)}
      onClick={() => onOpen(source)}
      sx={{
        mx: 0.375,
        minWidth: '1.5rem',
        height: '1.5rem',
        borderRadius: 1,
        verticalAlign: 'baseline',
        fontSize: '0.75rem',
        fontWeight: 660,
        bgcolor: active ? 'primary.main' : 'marks.entity',
        color: active ? 'primary.contrastText' : 'marks.entityText',
      }}
    >
      {source.number}
    </ButtonBase>
  );
}

/** The reply's text; after each supported span, the numbers of its sources. */
export function CitedText({ reply, sources, active, onActive, onOpen }: Props) {
  return (
    <Typography variant="body1" component="div" sx={{ whiteSpace: 'pre-wrap', lineHeight: 1.75 }}>
      {segment(reply.text, reply.citations).map(({ text, start, spans }) => {
        const end = start + codePointLength(text);
        const cited = spans.map((span) => sourceOf(sources, span));
        const lit = cited.some((source) => source?.number === active);
        const closing = spans
          .filter((span) => span.end === end)
          .map((span) => sourceOf(sources, span))
          .filter((source, i, all) => source !== undefined && all.indexOf(source) === i);
        return (
          <span key={start}>
            <Box
              component="span"
              sx={
                lit
                  ? { bgcolor: 'marks.quote', color: 'marks.quoteText', borderRadius: 0.5 }
                  : undefined
              }
            >
              <SafeText text={text} />
            </Box>
            {closing.map(
              (source) =>
                source && (
                  <CitationMark
                    key={source.number}
                    source={source}
                    active={source.number === active}
                    onActive={onActive}
                    onOpen={onOpen}
                  />
                ),
            )}
          </span>
        );
      })}
    </Typography>
  );
}

import Box from '@mui/material/Box';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { FoundSpanReply, LetGoReply } from '../../../api/generatedPrivacy';
import { segment } from '../../../shared/code-points';
import { VisuallyHidden } from '../../../shared/components/VisuallyHidden';
import { formatScore } from '../../../shared/format';
import { useEntityName } from '../../../shared/hooks/useEntityName';

type Found = FoundSpanReply | LetGoReply;

/** Why a span was found, line by line; of one that is left, the rule that says so. */
function useReasons() {
  const { t } = useTranslation();
  const name = useEntityName();
  return (span: Found): string[] => {
    const head = t('policies.why.head', {
      type: name.of(span.type),
      score: formatScore(span.score),
    });
    if ('rule' in span) return [head, t('policies.why.left', { rule: span.rule })];
    const why = span.explanation;
    return [
      head,
      t('policies.why.recognizer', { name: why?.recognizer ?? span.recognizer }),
      why?.pattern ? t('policies.why.pattern', { name: why.pattern }) : '',
      why?.context ? t('policies.why.context', { word: why.context }) : '',
      why?.checksum ? t('policies.why.checksum', { name: why.checksum }) : '',
      why && why.score_before !== null
        ? t('policies.why.before', { score: formatScore(why.score_before) })
        : '',
      why ? t('policies.why.rule', { rule: why.rule }) : '',
    ].filter(Boolean);
  };
}

interface Props {
  text: string;
  spans: FoundSpanReply[];
  letGo: LetGoReply[];
}

/** The text with what is hidden marked, and what is left underlined; each says why. */
export function TriedText({ text, spans, letGo }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  const reasons = useReasons();
  const all: Found[] = [...spans, ...letGo];
  return (
    <>
      <Typography
        variant="body2"
        component="div"
        role="group"
        aria-label={t('policies.test.marked')}
        sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 2.1 }}
      >
        {segment(text, all).map(({ text: part, start, spans: [span] }) => {
          if (!span) return <span key={start}>{part}</span>;
          const left = 'rule' in span;
          const lines = reasons(span);
          return (
            <Tooltip
              key={start}
              describeChild
              title={
                <Box sx={{ display: 'grid' }}>
                  {lines.map((line) => (
                    <span key={line}>{line}</span>
                  ))}
                </Box>
              }
            >
              <Box
                component="mark"
                tabIndex={0}
                data-entity={span.type}
                data-left={left}
                sx={{
                  px: 0.5,
                  py: '0.15em',
                  borderRadius: 0.75,
                  bgcolor: left ? 'transparent' : 'marks.entity',
                  color: left ? 'inherit' : 'marks.entityText',
                  borderBottom: 2,
                  borderBottomStyle: left ? 'dashed' : 'solid',
                  borderColor: left ? 'warning.main' : 'primary.main',
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
                <VisuallyHidden>{` (${lines.join('; ')})`}</VisuallyHidden>
              </Box>
            </Tooltip>
          );
        })}
      </Typography>
      <Typography variant="caption" sx={{ color: 'text.secondary' }}>
        {t('policies.test.count', { count: spans.length })}
        {letGo.length > 0 && ` · ${t('policies.test.left', { count: letGo.length })}`}
      </Typography>
    </>
  );
}

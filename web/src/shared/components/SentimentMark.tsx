import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';

export type Sentiment = 'negative' | 'neutral' | 'positive';

/** Down triangle, bar, up triangle: told apart without colour. */
const SHAPES: Record<Sentiment, string> = {
  negative: 'M1.5 3h9L6 10.5z',
  neutral: 'M1.5 4.5h9v3h-9z',
  positive: 'M1.5 9h9L6 1.5z',
};

export function SentimentShape({ sentiment }: { sentiment: Sentiment }) {
  return (
    <Box
      component="svg"
      viewBox="0 0 12 12"
      aria-hidden
      sx={{ width: '0.8em', height: '0.8em', flex: 'none', color: `sentiment.${sentiment}` }}
    >
      <path d={SHAPES[sentiment]} fill="currentColor" />
    </Box>
  );
}

interface Props {
  sentiment: Sentiment | null | undefined;
  /** The score beside the label, already formatted. */
  score?: string;
}

/** A sentiment as a shape and a word. */
export function SentimentMark({ sentiment, score }: Props) {
  const { t } = useTranslation();
  return (
    <Typography
      component="span"
      variant="caption"
      sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.75, color: 'text.secondary' }}
    >
      {sentiment && <SentimentShape sentiment={sentiment} />}
      <span>{t(`sentiment.${sentiment ?? 'none'}`)}</span>
      {score && <span>{score}</span>}
    </Typography>
  );
}

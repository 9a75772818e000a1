import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { segment } from '../../../shared/code-points';
import { SafeText } from '../../../shared/components/SafeText';
import { valuesIn } from './passages';

/** An original with what had been hidden marked, as far as it can be told. */
function Original({ safe, text }: { safe: string; text: string }) {
  const values = valuesIn(safe, text) ?? [];
  return segment(text, values).map(({ text: part, start, spans: [value] }) =>
    value ? (
      <Box
        component="mark"
        key={start}
        data-entity={value.type}
        sx={{ px: 0.5, borderRadius: 0.75, bgcolor: 'marks.quote', color: 'marks.quoteText' }}
      >
        {part}
      </Box>
    ) : (
      <span key={start}>{part}</span>
    ),
  );
}

interface SideProps {
  label: string;
  /** Whether the label is seen; alone, the section's heading says it. */
  headed: boolean;
  children: ReactNode;
}

function Side({ label, headed, children }: SideProps) {
  return (
    <Box sx={{ minWidth: 0 }}>
      {headed && (
        <Typography variant="caption" aria-hidden sx={{ color: 'text.secondary', fontWeight: 600 }}>
          {label}
        </Typography>
      )}
      <Typography
        variant="body2"
        component="div"
        role="group"
        aria-label={label}
        sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 1.9 }}
      >
        {children}
      </Typography>
    </Box>
  );
}

interface Props {
  safe: string[];
  originals: string[] | undefined;
}

/** What left and, once it may be seen, what came beside it. */
export function Texts({ safe, originals }: Props) {
  const { t } = useTranslation();
  return (
    <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 2 }}>
      {safe.map((text, i) => (
        <Box
          component="li"
          // biome-ignore lint/suspicious/noArrayIndexKey: texts have no id but their place
          key={i}
          sx={{
            display: 'grid',
            gap: { xs: 1, sm: 3 },
            gridTemplateColumns: {
              xs: 'minmax(0, 1fr)',
              sm: originals ? 'repeat(2, minmax(0, 1fr))' : 'minmax(0, 1fr)',
            },
          }}
        >
          {originals && (
            <Side headed label={t('traffic.came')}>
              <Original safe={text} text={originals[i] ?? ''} />
            </Side>
          )}
          <Side headed={originals !== undefined} label={t('traffic.left')}>
            <SafeText text={text} />
          </Side>
        </Box>
      ))}
    </Box>
  );
}

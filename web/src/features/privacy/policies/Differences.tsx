import AddCircleOutlineOutlined from '@mui/icons-material/AddCircleOutlineOutlined';
import RemoveCircleOutlineOutlined from '@mui/icons-material/RemoveCircleOutlineOutlined';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { TriedReply } from '../../../api/generatedPrivacy';
import { codePointSlice } from '../../../shared/code-points';
import { SafeText } from '../../../shared/components/SafeText';
import { useEntityName } from '../../../shared/hooks/useEntityName';

interface Props {
  text: string;
  result: TriedReply;
}

/** What the draft would change about this text. */
export function Differences({ text, result }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  const same = result.text === result.live_text;
  return (
    <Box>
      <Typography variant="h3">{t('policies.test.differences')}</Typography>
      {result.differences.length === 0 && (
        <Typography variant="body2" sx={{ color: 'text.secondary' }}>
          {t(same ? 'policies.test.same' : 'policies.test.otherwise')}
        </Typography>
      )}
      <Box
        component="ul"
        aria-label={t('policies.test.differences')}
        sx={{ listStyle: 'none', m: 0, p: 0 }}
      >
        {result.differences.map(({ change, type, start, end }) => {
          const Icon = change === 'added' ? AddCircleOutlineOutlined : RemoveCircleOutlineOutlined;
          return (
            <Typography
              component="li"
              variant="body2"
              key={`${start}-${end}-${type}-${change}`}
              sx={{ display: 'flex', gap: 0.75, alignItems: 'center', overflowWrap: 'anywhere' }}
            >
              <Icon
                fontSize="inherit"
                sx={{ color: change === 'added' ? 'success.main' : 'warning.main' }}
              />
              {t(`policies.test.${change}`, {
                type: name.of(type),
                text: codePointSlice(text, start, end),
              })}
            </Typography>
          );
        })}
      </Box>
      {!same && (
        <Box sx={{ mt: 1 }}>
          <Typography variant="caption" sx={{ color: 'text.secondary' }}>
            {t('policies.test.now')}
          </Typography>
          <Typography
            variant="body2"
            component="div"
            role="group"
            aria-label={t('policies.test.now')}
            sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 1.9 }}
          >
            <SafeText text={result.live_text} />
          </Typography>
        </Box>
      )}
    </Box>
  );
}

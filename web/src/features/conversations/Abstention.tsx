import FrontHandOutlined from '@mui/icons-material/FrontHandOutlined';
import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { ResponderCreateReplyApiResponse } from '../../api/generated';
import { SafeText } from '../../shared/components/SafeText';
import { en } from '../../shared/i18n/en';

type Code = keyof typeof en.conversations.reply.reason;

/** Codes come as `no-evidence` or `no_evidence`. */
function codeOf(reason: string | null | undefined): Code {
  const code = (reason ?? '').replaceAll('-', '_');
  return code in en.conversations.reply.reason ? (code as Code) : 'other';
}

/** Why there is no answer, in plain words, and what to do instead. */
export function Abstention({ reply }: { reply: ResponderCreateReplyApiResponse }) {
  const { t } = useTranslation();
  return (
    <Alert
      severity="warning"
      variant="outlined"
      icon={<FrontHandOutlined fontSize="small" />}
      role="status"
    >
      <AlertTitle sx={{ color: 'text.primary' }}>{t('conversations.reply.abstained')}</AlertTitle>
      <Typography variant="body2" sx={{ color: 'text.primary' }}>
        {t(`conversations.reply.reason.${codeOf(reply.reason)}`)}
      </Typography>
      {reply.action === 'handoff' && (
        <Typography variant="body2" sx={{ color: 'text.primary', mt: 1 }}>
          {t('conversations.reply.handoff')}
        </Typography>
      )}
      {reply.text && (
        <Typography
          variant="body2"
          component="figure"
          sx={{ m: 0, mt: 1.5, color: 'text.secondary' }}
        >
          <figcaption>{t('conversations.reply.instead')}</figcaption>
          <SafeText text={reply.text} />
        </Typography>
      )}
    </Alert>
  );
}

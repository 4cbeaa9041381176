"""Logs say what happened, never to whom: no request values, no record values."""

import logging


class WithoutValues(logging.Filter):
    """
    Drop the parts of a log record that may carry values.

    A database error's text quotes the failing row, so of an exception only its kind and place are
    kept.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its exception's text."""
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            record.msg = f"{record.getMessage()} [{type(error).__name__}{_place(error)}]"
            record.args = ()
            record.exc_info = None
            record.exc_text = None
        return True


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f" in {code.co_name} ({code.co_filename.rsplit('xiachen/', 1)[-1]}:{trace.tb_lineno})"

package io.millrace.simulator.anthropic;

/** What came of reading a request: a call, or the error it is answered with. */
sealed interface Parsed permits MessagesCall, AnthropicError {}

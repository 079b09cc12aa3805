package io.millrace.simulator.bedrock;

/** What came of reading a request: a call, or the error it is answered with. */
sealed interface Parsed permits BedrockCall, BedrockError {}

package io.millrace.workers.contract;

/**
 * What holds for every adapter. A kind's test class implements it and says where the simulator
 * speaks its wire form; which tests apply follows from its declared capabilities.
 */
public interface AdapterContract
    extends ChatContract, ToolsContract, EmbeddingsContract, ResponsesContract, FailureContract {}

/** Bedrock's wire form: Converse, ConverseStream, and InvokeModel for embeddings. */
@NullMarked
package io.millrace.simulator.bedrock;

import org.jspecify.annotations.NullMarked;

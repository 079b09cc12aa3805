/**
 * Amazon Bedrock: Converse and ConverseStream for chat, InvokeModel for embeddings.
 *
 * <p>Threading: the adapter is immutable; a reader, its dialect and its decoder belong to one call
 * and are used by one thread at a time. Lent credentials are asked for off the event loops.
 */
@NullMarked
package io.millrace.workers.bedrock;

import org.jspecify.annotations.NullMarked;

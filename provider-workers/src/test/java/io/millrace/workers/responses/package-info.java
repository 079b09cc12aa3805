/** Responses made of chat, tried without a network. */
@NullMarked
package io.millrace.workers.responses;

import org.jspecify.annotations.NullMarked;

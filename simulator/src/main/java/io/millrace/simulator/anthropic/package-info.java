/**
 * Anthropic's wire form, the Messages API: its requests, answers, events, headers and errors, and
 * the rules by which it refuses.
 */
@NullMarked
package io.millrace.simulator.anthropic;

import org.jspecify.annotations.NullMarked;

/**
 * Google's wire form, spoken by the Gemini API and by Vertex AI.
 *
 * <p>Threading: the adapter is immutable; what reads an answer belongs to one call and is used by
 * one thread at a time. Access tokens are borrowed on a thread that may block.
 */
@NullMarked
package io.millrace.workers.google;

import org.jspecify.annotations.NullMarked;

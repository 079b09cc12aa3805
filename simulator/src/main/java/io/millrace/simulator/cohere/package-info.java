/** Cohere's wire form under {@code /v2}: chat and embed. */
@NullMarked
package io.millrace.simulator.cohere;

import org.jspecify.annotations.NullMarked;

/** Ollama's own wire form under {@code /api}: chat and embed. */
@NullMarked
package io.millrace.simulator.ollama;

import org.jspecify.annotations.NullMarked;

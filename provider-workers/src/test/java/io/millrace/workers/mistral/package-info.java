@NullMarked
package io.millrace.workers.mistral;

import org.jspecify.annotations.NullMarked;
